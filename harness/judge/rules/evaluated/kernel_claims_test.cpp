#include "harness/judge/rules/evaluated/kernel_claims.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/judge/speed_consistency.h"
#include "harness/testing/speed_cases.h"

namespace harness {
namespace {

using namespace sample::speed_cases;
using sample::Case;
using testing::HasSubstr;

Case kernels() {
  Case sample = timed(sample::claim("kernels", "evaluated", 1));
  sample.claim.tolerance = Tolerance{0.05, 0.0, "the first and the last layer"};
  return sample;
}

Verdict verdict_of(const std::vector<KernelRecord>& half,
                   const std::vector<KernelRecord>& fp32 = {
                       sample::kernel(sample::kFp32Kernel, 1.0)}) {
  Case sample = kernels();
  change(sample, [&](SpeedRecord& record) {
    record.kernels.reset();
    sample::set_kernels(record, half);
  });
  change(
      sample,
      [&](SpeedRecord& record) {
        record.kernels.reset();
        sample::set_kernels(record, fp32);
      },
      1);
  return sample.judge(judge_kernels).verdict;
}

TEST(Kernels, OnlyConvolutionsCount) {
  const auto finding = kernels().judge(judge_kernels);
  EXPECT_EQ(finding.verdict, Verdict::kPass) << finding.reason;
  EXPECT_EQ(finding.measured, 1.0);
  EXPECT_EQ(finding.precision, "fp16");
}

TEST(Kernels, UpToWhatIsAllowedMayBeInAnotherType) {
  using sample::kernel;
  EXPECT_EQ(verdict_of({kernel(sample::kHalfKernel, 0.96), kernel(sample::kFp32Kernel, 0.04)}),
            Verdict::kPass);
  EXPECT_EQ(verdict_of({kernel(sample::kHalfKernel, 0.94), kernel(sample::kFp32Kernel, 0.06)}),
            Verdict::kFail);
  EXPECT_EQ(verdict_of({kernel("void at::native::add", 1.0)}), Verdict::kFail);
}

TEST(Kernels, AnUnknownNameNeverPasses) {
  using sample::kernel;
  const auto half = kernel(sample::kHalfKernel, 0.99);
  EXPECT_EQ(verdict_of({half, kernel("mystery", 0.001)}), Verdict::kAmbiguous);
  EXPECT_EQ(verdict_of({half, kernel("mystery", 0.001, "")}), Verdict::kAmbiguous);
  EXPECT_EQ(verdict_of({half, kernel("mystery", 9.0)}), Verdict::kAmbiguous);
  EXPECT_EQ(verdict_of({half, kernel("mystery", 0.1), kernel(sample::kFp32Kernel, 0.5)}),
            Verdict::kFail);
  EXPECT_EQ(verdict_of({half, kernel("mystery", 0.5, "aten::upsample_bilinear2d")}),
            Verdict::kPass);
  Case sample = kernels();
  change(sample, [&](SpeedRecord& record) {
    record.kernels.reset();
    sample::set_kernels(record, {half, kernel("mystery", 0.001)});
  });
  EXPECT_THAT(sample.judge(judge_kernels).reason, HasSubstr("mystery"));
}

TEST(Kernels, WhatConvolvesForAConvolutionIsNotDropped) {
  using sample::kernel;
  const auto half = kernel(sample::kHalfKernel, 0.9);
  EXPECT_EQ(verdict_of({half, kernel("void at::native::slow_conv2d_forward<c10::Half>", 0.5)}),
            Verdict::kAmbiguous);
}

TEST(Kernels, ACensusOfLessThanHalfAnImageIsNone) {
  for (const std::size_t result : {0U, 1U}) {
    Case sample = kernels();
    change(
        sample,
        [](SpeedRecord& record) {
          for (auto& kernel : record.kernels->kernels) kernel.seconds *= 0.5;
          for (auto& [kind, seconds] : record.kernels->seconds) seconds *= 0.5;
        },
        result);
    EXPECT_EQ(sample.judge(judge_kernels).verdict, Verdict::kFail);
    EXPECT_FALSE(sample.judge(judge_kernels).compared);
    EXPECT_THAT(sample.judge(judge_kernels).reason, HasSubstr("that were seen"));
  }
}

TEST(Kernels, EveryConvolutionIsAKernelAtLeast) {
  const auto verdict_with = [](std::int64_t calls) {
    Case sample = kernels();
    change(sample, [=](SpeedRecord& record) { record.kernels->kernels[0].calls = calls; });
    return sample.judge(judge_kernels).verdict;
  };
  const std::int64_t convolutions = convolutions_of(sample::row());
  EXPECT_EQ(verdict_with(convolutions), Verdict::kPass);
  EXPECT_EQ(verdict_with(convolutions - 1), Verdict::kFail);
  Case layouts = kernels();
  change(layouts, [=](SpeedRecord& record) {
    record.kernels->kernels[0].calls = convolutions - 1;
    record.kernels->kernels[1].operation = "aten::cudnn_convolution";
    record.kernels->kernels[1].name = "cudnn::engines_precompiled::nchwToNhwcKernel";
  });
  EXPECT_EQ(layouts.judge(judge_kernels).verdict, Verdict::kFail) << "they multiply nothing";
  Case other = kernels();
  change(other, [](SpeedRecord& record) { record.image.convolution_flops += 2.0; });
  EXPECT_EQ(other.judge(judge_kernels).verdict, Verdict::kFail);
}

TEST(Kernels, EveryNormIsAKernel) {
  const auto verdict_with = [](std::int64_t calls) {
    Case sample = kernels();
    change(sample, [=](SpeedRecord& record) { record.kernels->kernels.back().calls = calls; });
    return sample.judge(judge_kernels).verdict;
  };
  const std::int64_t norms = norms_of(sample::row());
  EXPECT_GT(norms, 100);
  EXPECT_EQ(verdict_with(norms), Verdict::kPass);
  EXPECT_EQ(verdict_with(norms - 1), Verdict::kFail);
}

TEST(Kernels, WhatWasSeenCanHaveComputedAnImage) {
  const auto verdict_with = [](const std::string& name, double seconds, std::size_t result) {
    Case sample = kernels();
    change(
        sample,
        [&](SpeedRecord& record) {
          const double left = kernel_seconds(*record.kernels) - seconds;
          record.kernels.reset();
          record.kernels.emplace().kernels = {
              sample::kernel(name, seconds),
              sample::kernel("bn_fw_inf", left, "aten::cudnn_batch_norm")};
          record.kernels->seconds = {{"as recorded", seconds + left}};
        },
        result);
    return sample.judge(judge_kernels).verdict;
  };
  // An image's FLOP at the sample's roofs, half's and FP32's.
  const double flop = sample::image_cost("fp16").convolution_flops / 1.05 / 1.1;
  const double half = flop / 100e12;
  const double fp32 = flop / 14e12;
  EXPECT_EQ(verdict_with(sample::kHalfKernel, half * 1.01, 0), Verdict::kPass);
  EXPECT_EQ(verdict_with(sample::kHalfKernel, half * 0.99, 0), Verdict::kFail);
  EXPECT_EQ(verdict_with(sample::kFp32Kernel, fp32 * 1.01, 1), Verdict::kPass);
  EXPECT_EQ(verdict_with(sample::kFp32Kernel, fp32 * 0.99, 1), Verdict::kFail);
  const std::string winograd = std::string(sample::kFp32Kernel) + "_winograd";
  EXPECT_EQ(verdict_with(winograd, fp32 * 1.01 / 4.0, 1), Verdict::kPass);
  EXPECT_EQ(verdict_with(winograd, fp32 * 0.99 / 4.0, 1), Verdict::kFail);
}

TEST(Kernels, ImagesOfAnotherSizeThanTheRowsSpeedAreUnfit) {
  Case sample = kernels();
  sample.row.claims = {fps().claim};
  EXPECT_EQ(sample.judge(judge_kernels).verdict, Verdict::kPass);
  change(sample, halve_height);
  EXPECT_EQ(sample.judge(judge_kernels).verdict, Verdict::kUnfit);
  sample.row.claims.clear();
  EXPECT_EQ(sample.judge(judge_kernels).verdict, Verdict::kPass);
  sample.claim.conditions["resolution"] = {1024, 2048};
  EXPECT_EQ(sample.judge(judge_kernels).verdict, Verdict::kUnfit);
}

TEST(Kernels, Fp32HasNothingInANarrowerType) {
  using sample::kernel;
  const std::vector<KernelRecord> half = {kernel(sample::kHalfKernel, 1.0)};
  const auto single = kernel(sample::kFp32Kernel, 1.0);
  EXPECT_EQ(verdict_of(half, {single, kernel(sample::kTf32Kernel, 1e-6)}), Verdict::kFail);
  EXPECT_EQ(verdict_of(half, {single, kernel(sample::kHalfKernel, 1e-6)}), Verdict::kFail);
  EXPECT_EQ(verdict_of(half, {single, kernel("mystery", 1e-6)}), Verdict::kAmbiguous);
  EXPECT_EQ(verdict_of(half, {kernel("void at::native::add", 1.0)}), Verdict::kFail);
  Case sample = kernels();
  sample.results.pop_back();
  EXPECT_EQ(sample.judge(judge_kernels).verdict, Verdict::kFail) << "asked for and missing";
  sample.scope.precisions = {"fp16"};
  EXPECT_EQ(sample.judge(judge_kernels).verdict, Verdict::kPass);
}

TEST(Kernels, NamesDecideAndNotTheRecordedKind) {
  using sample::kernel;
  auto lying = kernel(sample::kFp32Kernel, 1.0);
  lying.kind = "half tensor core";
  EXPECT_EQ(verdict_of({lying}), Verdict::kFail);
}

TEST(Kernels, WhatCannotSeeThemIsUnfit) {
  Case sample = kernels();
  move_to_cpu(sample.results[0]);
  EXPECT_EQ(sample.judge(judge_kernels).verdict, Verdict::kUnfit);
  sample = kernels();
  change(sample, [](SpeedRecord& record) {
    record.kernels.emplace().absence = "CUPTI_ERROR_INSUFFICIENT_PRIVILEGES";
  });
  EXPECT_EQ(sample.judge(judge_kernels).verdict, Verdict::kUnfit);
  EXPECT_THAT(sample.judge(judge_kernels).reason, HasSubstr("INSUFFICIENT_PRIVILEGES"));
  sample = kernels();
  change(sample, [](SpeedRecord& record) { record.kernels.reset(); });
  EXPECT_EQ(sample.judge(judge_kernels).verdict, Verdict::kFail);
}

TEST(Kernels, AnFp32RowIsJudgedByFp32Kernels) {
  Case sample = kernels();
  sample.row.arithmetic->policy = Policy::kFp32;
  EXPECT_EQ(sample.judge(judge_kernels).verdict, Verdict::kPass);
  EXPECT_EQ(sample.judge(judge_kernels).precision, "fp32");
}

}  // namespace
}  // namespace harness
