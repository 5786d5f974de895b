// What is claimed of CUDA, on CUDA: the same goldens as on the CPU. Skips, visibly, without a GPU.

#include <cmath>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "harness/base/sha256.h"
#include "harness/base/system/nvidia_driver.h"
#include "harness/evaluate/counted_classes.h"
#include "harness/evaluate/environment.h"
#include "harness/evaluate/evaluator.h"
#include "harness/evaluate/fused_segmentation.h"
#include "harness/evaluate/memory_meter.h"
#include "harness/evaluate/segment.h"
#include "harness/memory/training_memory.h"
#include "harness/network/cuda_device.h"
#include "harness/precision/cuda_kernels.h"
#include "harness/precision/range_census.h"
#include "harness/testing/minizoo_rows.h"
#include "models/deterministic_gradient.h"
#include "models/fused_inference.h"

namespace harness {
namespace {

class Gpu : public testing::Test {
 protected:
  void SetUp() override {
    if (!load_cuda().is_usable) GTEST_SKIP() << "no gpu: " << load_cuda().reason;
    use_exact_fp32();
  }
};

class GpuGolden : public Gpu, public testing::WithParamInterface<MinizooRow> {
 protected:
  torch::Tensor golden(const std::string& name) const {
    const auto file =
        Checkpoint::open("fixtures/minizoo/goldens/eval/" + GetParam().golden + ".pth");
    for (const auto& view : file.state_dict()) {
      if (view.name == name) return to_torch(view).cuda();
    }
    throw std::out_of_range(GetParam().golden + " has no golden " + name);
  }

  /// The factors are those of forward_golden_test.cpp: the reference's own distance is the
  /// yardstick.
  void expect_as_close_as_the_reference(Policy policy, const std::string& name,
                                        double factor) const;
};

double rmse(const torch::Tensor& left, const torch::Tensor& right) {
  EXPECT_EQ(left.sizes(), right.sizes());
  return (left.to(torch::kDouble) - right.to(torch::kDouble)).square().mean().sqrt().item<double>();
}

void GpuGolden::expect_as_close_as_the_reference(Policy policy, const std::string& name,
                                                 double factor) const {
  const torch::InferenceMode no_gradients;
  const auto yardstick = golden("decode_fp64");
  auto model =
      build_model(GetParam().spec(), to_torch(Checkpoint::open(GetParam().checkpoint).state_dict()),
                  policy, torch::kCUDA);
  const double own = rmse(golden(name), yardstick);
  const double distance = rmse(run_model(model, policy, golden("image")), yardstick);
  EXPECT_LE(distance, factor * own);
  RecordProperty(name, std::to_string(distance / own));
}

TEST_P(GpuGolden, Fp32IsNoFurtherFromFp64ThanTheReference) {
  expect_as_close_as_the_reference(Policy::kFp32, "decode_fp32", 2.0);
}

class GpuGoldenInHalf : public GpuGolden {};

TEST_P(GpuGoldenInHalf, Fp16IsNoFurtherFromFp64ThanTheReference) {
  expect_as_close_as_the_reference(Policy::kFp16Master, "decode_fp16", 3.0);
}

TEST_P(GpuGolden, Fp64AgreesToTenDigits) {
  const torch::InferenceMode no_gradients;
  auto model =
      build_model(GetParam().spec(), to_torch(Checkpoint::open(GetParam().checkpoint).state_dict()),
                  Policy::kFp64, torch::kCUDA);
  const auto yardstick = golden("decode_fp64");
  EXPECT_LE(rmse(run_model(model, Policy::kFp64, golden("image")), yardstick),
            1e-10 * yardstick.square().mean().sqrt().item<double>());
}

const auto name_of_row = [](const auto& row) { return row.param.golden; };

INSTANTIATE_TEST_SUITE_P(Minizoo, GpuGolden, testing::ValuesIn(minizoo_rows()), name_of_row);
INSTANTIATE_TEST_SUITE_P(Minizoo, GpuGoldenInHalf, testing::ValuesIn(minizoo_rows(/*half=*/true)),
                         name_of_row);

TEST_P(GpuGolden, TheImagesGetTheClassesThatTheCpuGivesThem) {
  const torch::InferenceMode no_gradients;
  const auto weights = to_torch(Checkpoint::open(GetParam().checkpoint).state_dict());
  const auto evaluated = [&](torch::Device device) {
    auto model = build_model(GetParam().spec(), weights, Policy::kFp64, device);
    EvaluatorOptions options;
    options.device = device;
    return evaluate(
        find_cityscapes("fixtures/minizoo/data/scenes", "val"),
        {{"fp64",
          [&](const torch::Tensor& image) { return run_model(model, Policy::kFp64, image); }}},
        options);
  };
  // FP64 leaves no pixel in doubt but a tie.
  EXPECT_EQ(evaluated(torch::kCUDA).forwards.at(0).predictions_sha256,
            evaluated(torch::kCPU).forwards.at(0).predictions_sha256);
}

TEST_P(GpuGoldenInHalf, OneKernelFindsTheClassesOfThePlainWay) {
  const torch::InferenceMode no_gradients;
  const auto weights = to_torch(Checkpoint::open(GetParam().checkpoint).state_dict());
  auto model = build_model(GetParam().spec(), weights, Policy::kFp16Master, torch::kCUDA);
  auto exact = build_model(GetParam().spec(), weights, Policy::kFp32, torch::kCUDA);
  const auto evaluated = [&](bool fused) {
    EvaluatorOptions options;
    options.device = torch::kCUDA;
    options.fused_segmentation = fused;
    return evaluate(
        find_cityscapes("fixtures/minizoo/data/scenes", "val"),
        {{"fp32",
          [&](const torch::Tensor& image) { return run_model(exact, Policy::kFp32, image); }},
         {"fp16",
          [&](const torch::Tensor& image) {
            return run_model(model, Policy::kFp16Master, image);
          }}},
        options);
  };
  const auto fused = evaluated(true);
  const auto plain = evaluated(false);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(fused.forwards.at(i).predictions_sha256, plain.forwards.at(i).predictions_sha256);
  }
}

TEST_P(GpuGoldenInHalf, OneKernelNormalizesWithTheBitsOfTheLayers) {
  const torch::InferenceMode no_gradients;
  const auto weights = to_torch(Checkpoint::open(GetParam().checkpoint).state_dict());
  for (const auto policy : {Policy::kFp16Master, Policy::kFp32}) {
    auto model = build_model(GetParam().spec(), weights, policy, torch::kCUDA);
    const auto plain = run_model(model, policy, golden("image"));
    models::fuse_norms(cuda_kernels().norm, torch::kCUDA);
    const auto fused = run_model(model, policy, golden("image"));
    models::fuse_norms(nullptr, torch::kCUDA);
    EXPECT_TRUE(torch::equal(fused, plain));
  }
}

TEST_F(Gpu, AResizeToTheSameSizeIsACopy) {
  for (const auto type : {torch::kHalf, torch::kFloat}) {
    auto logits = torch::randn({1, 19, 16, 32});
    logits[0][3][4][5] = NAN;
    logits[0][7][9][9] = INFINITY;
    logits = logits.to(torch::kCUDA, type);
    const auto once = at::upsample_bilinear2d(logits, {128, 256}, false);
    const auto twice = at::upsample_bilinear2d(once, {128, 256}, false);
    EXPECT_TRUE(torch::allclose(twice, once, 0.0, 0.0, /*equal_nan=*/true));
    const auto skipped = class_probabilities(logits, {128, 256}, {128, 256}, false);
    EXPECT_TRUE(torch::allclose(skipped, twice.softmax(1), 0.0, 0.0, /*equal_nan=*/true));
  }
}

TEST_F(Gpu, CountsOfClassesAreThoseOfTheHost) {
  const auto draw = [](std::int64_t below) {
    return torch::randint(below, {1, 1024, 2048}, torch::kByte);
  };
  const auto prediction = draw(19), reference = draw(19);
  const auto label = draw(19).masked_fill(draw(4).eq(0), kIgnoredClass);
  const auto host = count_classes(prediction, label, reference, 19);
  const auto gpu = count_classes(prediction.cuda(), label.cuda(), reference.cuda(), 19);
  EXPECT_EQ(gpu.confusion, host.confusion);
  EXPECT_EQ(gpu.changed, host.changed);
}

/// Logits of the published size that are drawn, close to each other, or not finite.
TEST_F(Gpu, OneKernelSegmentsEveryPixelAsThePlainWay) {
  struct Case {
    std::vector<std::int64_t> logits;
    ImageSize size;
    bool align_corners;
  };
  const Case cases[] = {{{1, 19, 128, 256}, {1024, 2048}, false},
                        {{1, 19, 256, 512}, {1024, 2048}, false},
                        {{1, 7, 17, 33}, {129, 257}, false},
                        {{1, 7, 17, 33}, {129, 257}, true},
                        {{1, 255, 9, 9}, {64, 65}, false}};
  auto generator = at::detail::createCPUGenerator(3);
  for (const auto& test : cases) {
    const auto drawn = torch::randn(test.logits, generator);
    const auto broken = drawn.masked_fill(torch::rand(test.logits, generator) < 1e-3, NAN);
    for (const auto type : {torch::kHalf, torch::kFloat}) {
      const FusedSegmentation fused(test.align_corners);
      for (const auto& values : {drawn * 4, drawn * 1e-3, (drawn * 2).round(), broken}) {
        const auto logits = values.to(torch::kCUDA, type);
        ASSERT_TRUE(FusedSegmentation::fits(logits, test.size, test.size));
        EXPECT_EQ(to_label_map(fused.classes(logits, test.size)).classes,
                  segment_plainly(logits, test.size, test.size, test.align_corners).classes)
            << logits.sizes() << type;
      }
    }
  }
}

/// Ordinary, tiny, huge, zero and non-finite values.
torch::Tensor mixture(std::int64_t count, torch::ScalarType dtype) {
  torch::manual_seed(6);
  auto values = (torch::randn({count}) * torch::exp(torch::randn({count}) * 8)).relu();
  values.index_put_({torch::indexing::Slice(0, 3)}, torch::tensor({INFINITY, -INFINITY, NAN}));
  return values.to(dtype);
}

TEST_F(Gpu, AResultNamesTheCardThatMadeIt) {
  const auto gpu = environment_record().gpu;
  ASSERT_TRUE(gpu.has_value());
  EXPECT_EQ(gpu->name, cuda_device(0)->name);
  EXPECT_NE(gpu->name, "");
  EXPECT_NE(gpu->driver, "");
  EXPECT_GT(gpu->memory_bytes, 1 << 30);
  EXPECT_GT(gpu->cuda, 0);
  EXPECT_GT(gpu->cudnn, 0);
  EXPECT_EQ(gpu->uuid_sha256_8, sha256_hex(cuda_device(0)->uuid).substr(0, 8));
  EXPECT_GT(gpu->sm_clock_mhz.value_or(0), 0);
}

/// Sums that need 13 bits of each operand: exact in FP32, while TF32 keeps 10 of them.
void expect_exact_sums(bool exact) {
  constexpr std::int64_t kSize = 256;
  const auto value = torch::full({kSize, kSize}, 1.0 + 0x1p-12, torch::kCUDA);
  const auto ones = torch::ones_like(value);
  const auto expected = kSize * (1.0 + 0x1p-12);
  EXPECT_EQ((torch::matmul(value, ones) == expected).all().item<bool>(), exact);
  const auto image = value.view({1, kSize, 16, 16});
  EXPECT_EQ((torch::conv2d(image, ones.view({kSize, kSize, 1, 1})) == expected).all().item<bool>(),
            exact);
}

TEST_F(Gpu, Fp32IsNotTf32) {
  expect_exact_sums(true);
  at::globalContext().setAllowTF32CuBLAS(true);
  at::globalContext().setAllowTF32CuDNN(true);
  expect_exact_sums(false);
  use_exact_fp32();
  expect_exact_sums(true);
}

TEST_F(Gpu, TheMeterCountsWhatTheAllocatorGives) {
  constexpr std::int64_t kMegabyte = 1 << 20;
  const MemoryMeter meter(torch::kCUDA);
  const auto before = meter.current_bytes();
  torch::empty({3 * kMegabyte}, torch::dtype(torch::kByte).device(torch::kCUDA));
  EXPECT_EQ(meter.peak_bytes() - before, 3 * kMegabyte);
  EXPECT_EQ(meter.current_bytes(), before);
}

/// Result and gradient for the same input and the same gradient of the result, in double.
std::pair<torch::Tensor, torch::Tensor> gradient_of(
    const std::function<torch::Tensor(const torch::Tensor&)>& apply, torch::ScalarType type) {
  auto generator = at::detail::createCPUGenerator(1);
  auto input = torch::randn({2, 3, 7, 10}, generator).to(torch::kCUDA, type).requires_grad_();
  const auto result = apply(input);
  result.backward(torch::randn(result.sizes(), generator).to(torch::kCUDA, type));
  return {result.detach().to(torch::kDouble), input.grad().to(torch::kDouble)};
}

TEST_F(Gpu, AStepsMemoryIsWhatTheAllocatorCounts) {
  for (const auto* precision : {"fp16", "fp32"}) {
    SCOPED_TRACE(precision);
    // cuBLAS keeps a workspace of 32 MiB for each thread that used it in this process before.
    const std::int64_t held = MemoryMeter(torch::kCUDA).current_bytes();
    const MemoryRecord record =
        measure_training_memory(minizoo_row("deeplabv3plus_fp16").row, precision, torch::kCUDA);
    ASSERT_TRUE(record.allocator.has_value());
    EXPECT_NEAR(static_cast<double>(record.peak.bytes + held),
                static_cast<double>(record.allocator->peak), 1 << 20);
    EXPECT_EQ(record.allocator->phases.size(), 4U);
    EXPECT_GT(record.kept.at("convolution"), 0);
    EXPECT_GT(record.tensors.standing.momentum, 0);
  }
}

TEST_F(Gpu, DeterministicGradientsAreLibTorchs) {
  using Operator = std::function<torch::Tensor(const torch::Tensor&)>;
  const std::pair<Operator, Operator> pairs[] = {
      {[](const auto& x) { return models::resize_bilinear(x, 14, 25, false); },
       [](const auto& x) {
         return torch::upsample_bilinear2d(x, {14, 25}, false);
       }},
      {[](const auto& x) { return models::pool_average(x, 3); },
       [](const auto& x) {
         return torch::adaptive_avg_pool2d(x, {3, 3});
       }}};
  for (const auto& [ours, native] : pairs) {
    const auto expected = gradient_of(native, torch::kDouble);
    const auto exact = gradient_of(ours, torch::kDouble);
    EXPECT_TRUE(torch::equal(exact.first, expected.first));
    EXPECT_TRUE(torch::allclose(exact.second, expected.second, 1e-12, 1e-12));
    const auto half = gradient_of(ours, torch::kHalf);
    EXPECT_TRUE(torch::equal(half.first, gradient_of(native, torch::kHalf).first));
    // Input and gradient are rounded to half on the way in, the result once on the way out.
    EXPECT_TRUE(torch::allclose(half.second, expected.second, 0x1p-8, 0x1p-8));
  }
}

TEST_F(Gpu, TheCensusAgreesWithTheHostOnEveryFormat) {
  for (const auto dtype : {torch::kHalf, torch::kBFloat16, torch::kFloat, torch::kDouble}) {
    for (const std::int64_t count : {3, 255, 1000003}) {
      const auto values = mixture(count, dtype);
      EXPECT_EQ(census_of(values.cuda()), census_of(values)) << dtype << ' ' << count;
    }
  }
}

TEST_F(Gpu, TheTallyAddsUpBothMemories) {
  RangeTally tally;
  tally.add(torch::tensor({1.0F, 0.0F}).cuda());
  tally.add(torch::tensor({-3.0F, 1e-6F}));
  tally.add(torch::empty({0}).cuda());
  const RangeCensus expected{.elements = 4,
                             .non_finite = 0,
                             .zeros = 1,
                             .half_subnormals = 1,
                             .above_half_max = 0,
                             .max_abs = 3};
  EXPECT_EQ(tally.total(), expected);
}

}  // namespace
}  // namespace harness
