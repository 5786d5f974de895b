#include "harness/kernels/problem_run.h"

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::HasSubstr;

const KernelTimingOptions kShort{.seconds = 0.01, .most_warmup_s = 0.05};
constexpr GemmProblem kGemm{32, 16, 64, false, true};

ConvolutionProblem convolution() {
  ConvolutionProblem p;
  p.n = 2;
  p.c = 4;
  p.h = p.w = 8;
  p.k = 6;
  p.r = p.s = 3;
  p.pad = {1, 1};
  return p;
}

TEST(ProblemRun, AGemmIsCheckedAndTimed) {
  const auto records = run_kernels(kGemm, ElementType::kFloat16, kShort);
  ASSERT_EQ(records.size(), 1U);
  const ProductRecord& record = records[0];
  EXPECT_EQ(record.pass, "product");
  EXPECT_EQ(record.check.outcome, CheckOutcome::kRight) << record.check.reason;
  EXPECT_EQ(record.flops, 2 * 32 * 16 * 64);
  EXPECT_EQ(record.bytes, (32 * 64 + 16 * 64 + 32 * 16) * 2);
  EXPECT_EQ(record.arithmetic.storage, "float16");
  EXPECT_EQ(record.arithmetic.accumulate, "float32");
  ASSERT_TRUE(record.timing.has_value());
  EXPECT_GT(record.timing->median_s, 0.0);
  EXPECT_NEAR(record.timing->flops_per_s * record.timing->median_s, 65536.0, 1.0);
}

TEST(ProblemRun, AConvolutionHasItsPasses) {
  const auto records = run_kernels(convolution(), ElementType::kFloat32, kShort);
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[2].pass, "backward_filter");
  for (const auto& record : records) {
    EXPECT_EQ(record.check.outcome, CheckOutcome::kRight) << record.check.reason;
    EXPECT_TRUE(record.timing.has_value());
  }
}

/// A task whose kernel is replaced by one that is wrong from the call on with that number.
KernelTask broken_from(int call) {
  KernelTask task = kernel_tasks(kGemm, ElementType::kFloat32).at(0);
  const auto run = task.kernel.run;
  const auto calls = std::make_shared<int>(0);
  task.kernel.run = [run, calls, call] {
    if ((*calls)++ < call) run();
  };
  return task;
}

TEST(ProblemRun, AWrongKernelHasNoTime) {
  // Never runs: its result stays NaN. Runs once: the second result is the first one's.
  for (const int call : {0, 1}) {
    const ProductRecord record = run_kernel(broken_from(call), kShort);
    EXPECT_EQ(record.check.outcome, CheckOutcome::kWrong);
    EXPECT_FALSE(record.timing.has_value());
  }
}

TEST(ProblemRun, AKernelThatGoesWrongWhileItIsTimedHasNoTime) {
  // Right in both cases of the check; what is timed does nothing, and leaves the integers' result.
  const ProductRecord record = run_kernel(broken_from(2), kShort);
  EXPECT_EQ(record.check.outcome, CheckOutcome::kWrong);
  EXPECT_THAT(record.check.reason, HasSubstr("after it was timed"));
  EXPECT_FALSE(record.timing.has_value());
}

TEST(ProblemRun, AnotherProblemsKernelIsFound) {
  ConvolutionProblem dilated = convolution();
  dilated.dilation = dilated.pad = {2, 2};
  const auto others = kernel_tasks(dilated, ElementType::kBfloat16);
  auto tasks = kernel_tasks(convolution(), ElementType::kBfloat16);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    tasks[i].kernel = others[i].kernel;
    const ProductRecord record = run_kernel(tasks[i], kShort);
    EXPECT_EQ(record.check.outcome, CheckOutcome::kWrong) << record.pass;
    EXPECT_FALSE(record.timing.has_value());
  }
}

}  // namespace
}  // namespace harness
