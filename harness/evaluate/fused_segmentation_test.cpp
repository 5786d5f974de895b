// On the CPU, with the kernels' arithmetic as loops (testing/host_upsample_argmax.h): what is
// tested is everything around the kernels. worker/gpu_test.cpp runs the kernels themselves.

#include "harness/evaluate/fused_segmentation.h"

#include <limits>

#include <gtest/gtest.h>
#include <torch/types.h>

#include "harness/base/error.h"
#include "harness/evaluate/segment.h"
#include "harness/testing/host_upsample_argmax.h"

namespace harness {
namespace {

class FusedSegmentationTest : public testing::Test {
 protected:
  void SetUp() override { use_cuda_kernels(kHostKernels); }
  void TearDown() override { use_cuda_kernels({}); }
};

// LibTorch's CPU rounds the weights of half maps to half; at this ratio they are halves already.
constexpr ImageSize kSize{64, 128};

torch::Tensor drawn(torch::ScalarType type, double spread) {
  auto generator = at::detail::createCPUGenerator(5);
  return (torch::randn({1, 19, 16, 32}, generator) * spread).to(type);
}

void expect_the_plain_way(const torch::Tensor& logits, const ImageSize& size, bool align_corners) {
  const FusedSegmentation fused(align_corners);
  ASSERT_TRUE(FusedSegmentation::fits(logits, size, size));
  EXPECT_EQ(to_label_map(fused.classes(logits, size)).classes,
            segment_plainly(logits, size, size, align_corners).classes);
}

TEST_F(FusedSegmentationTest, GivesTheLabelMapOfThePlainWay) {
  for (const auto type : {torch::kFloat, torch::kHalf}) {
    expect_the_plain_way(drawn(type, 4.0), kSize, false);
  }
  expect_the_plain_way(torch::randn({1, 7, 17, 33}), {64, 129}, true);
}

TEST_F(FusedSegmentationTest, SoftmaxDecidesBetweenCloseLogits) {
  const auto logits = drawn(torch::kHalf, 1e-3);
  const auto resized = at::upsample_bilinear2d(logits, {kSize.height, kSize.width}, false);
  ASSERT_FALSE(torch::equal(class_indices(resized), class_indices(resized.softmax(1))));
  expect_the_plain_way(logits, kSize, false);
  expect_the_plain_way(drawn(torch::kFloat, 1e-6), kSize, false);
}

TEST_F(FusedSegmentationTest, SoftmaxDecidesWhereALogitIsNotFinite) {
  auto logits = drawn(torch::kFloat, 4.0);
  logits[0][3][4][5] = std::numeric_limits<float>::quiet_NaN();
  logits[0][7][9][9] = std::numeric_limits<float>::infinity();
  logits[0][8][12][9] = -std::numeric_limits<float>::infinity();
  // As on a GPU, where the second resize is a copy: the CPU's spreads these to their neighbours.
  const auto resized = at::upsample_bilinear2d(logits, {kSize.height, kSize.width}, false);
  const auto expected = class_indices(resized.softmax(1));
  ASSERT_FALSE(torch::equal(class_indices(resized), expected));
  EXPECT_TRUE(torch::equal(FusedSegmentation(false).classes(logits, kSize), expected));
}

TEST_F(FusedSegmentationTest, LeavesOtherLogitsToThePlainWay) {
  const auto logits = drawn(torch::kFloat, 4.0);
  EXPECT_TRUE(FusedSegmentation::fits(logits, kSize, kSize));
  EXPECT_FALSE(FusedSegmentation::fits(logits.to(torch::kDouble), kSize, kSize));
  EXPECT_FALSE(FusedSegmentation::fits(logits, {32, 64}, kSize));
  EXPECT_FALSE(FusedSegmentation::fits(logits, {16, 32}, {16, 32}));
  EXPECT_FALSE(FusedSegmentation::fits(logits, {8, 8}, {8, 8}));
}

/// A resize whose last bits differ.
void resize_otherwise(const at::Tensor& logits, std::int64_t height, std::int64_t width,
                      bool align_corners, const at::Tensor& pixels, at::Tensor& columns) {
  host_upsample_at(logits, height, width, align_corners, pixels, columns);
  columns.mul_(1.0F + 0x1p-20F);
}

/// An argmax that sees every second pixel as the class 0.
void find_otherwise(const at::Tensor& logits, bool align_corners, float margin, at::Tensor& classes,
                    at::Tensor& close) {
  host_upsample_argmax(logits, align_corners, margin, classes, close);
  classes.slice(2, 0, classes.size(2), 2).zero_();
}

TEST_F(FusedSegmentationTest, KernelsThatComputeSomethingElseAreAnError) {
  const auto logits = drawn(torch::kFloat, 4.0);
  const CudaKernels others[] = {
      {&host_upsample_argmax, &resize_otherwise}, {&find_otherwise, &host_upsample_at}, {}};
  for (const auto& kernels : others) {
    use_cuda_kernels(kernels);
    try {
      FusedSegmentation(false).classes(logits, kSize);
      FAIL() << "expected an Error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kWorkerFailed);
    }
  }
}

}  // namespace
}  // namespace harness
