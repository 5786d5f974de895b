#include "harness/precision/bilinear_pixel.h"

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <torch/types.h>

#include "harness/testing/host_upsample_argmax.h"

namespace harness {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Case {
  std::string name;
  /// classes, h, w. LibTorch has another kernel on a CPU for three classes, and for results whose
  /// height and width add up to 128 or less.
  std::vector<std::int64_t> logits;
  std::int64_t height;
  std::int64_t width;
  torch::ScalarType dtype;
  bool align_corners = false;
};

enum class Values { kRandom, kTied, kNotFinite };

torch::Tensor drawn(const Case& test, Values values) {
  auto generator = at::detail::createCPUGenerator(7);
  auto logits = torch::randn({1, test.logits[0], test.logits[1], test.logits[2]}, generator) * 4;
  if (values == Values::kTied) logits = logits.round().clamp(-1, 1);
  if (values == Values::kNotFinite) {
    // Single ones, a whole column of classes, and two classes of one pixel.
    logits.select(1, 2).masked_fill_(torch::rand(logits.select(1, 2).sizes(), generator) < 0.05,
                                     kNan);
    logits.select(1, 4).masked_fill_(torch::rand(logits.select(1, 4).sizes(), generator) < 0.05,
                                     kNan);
    logits.select(1, 1).masked_fill_(torch::rand(logits.select(1, 1).sizes(), generator) < 0.05,
                                     kInfinity);
    logits.select(1, 0).masked_fill_(torch::rand(logits.select(1, 0).sizes(), generator) < 0.05,
                                     -kInfinity);
    logits.select(2, 3).fill_(kNan);
  }
  return logits.to(test.dtype).contiguous();
}

/// What LibTorch's GPU kernel gives, by its CPU operators: a half map is resized in float.
torch::Tensor resized_by_libtorch(const Case& test, const torch::Tensor& logits) {
  return at::upsample_bilinear2d(logits.to(torch::kFloat), {test.height, test.width},
                                 test.align_corners)
      .to(test.dtype);
}

torch::Tensor bits(const torch::Tensor& tensor) {
  return tensor.contiguous().view(tensor.scalar_type() == torch::kHalf ? torch::kShort
                                                                       : torch::kInt);
}

class BilinearPixel : public testing::TestWithParam<Case> {};

TEST_P(BilinearPixel, ResizesAsLibTorchBitForBit) {
  const auto& test = GetParam();
  for (const auto values : {Values::kRandom, Values::kTied}) {
    const auto logits = drawn(test, values);
    const auto pixels = torch::arange(test.height * test.width);
    auto columns = torch::zeros({1, logits.size(1), 1, pixels.numel()}, logits.options());
    host_upsample_at(logits, test.height, test.width, test.align_corners, pixels, columns);
    const auto expected = resized_by_libtorch(test, logits);
    EXPECT_TRUE(torch::equal(bits(columns).flatten(), bits(expected).flatten()));
  }
}

TEST_P(BilinearPixel, FindsTheClassOfArgmax) {
  const auto& test = GetParam();
  for (const auto values : {Values::kRandom, Values::kTied, Values::kNotFinite}) {
    SCOPED_TRACE(static_cast<int>(values));
    const auto logits = drawn(test, values);
    auto classes = torch::zeros({1, test.height, test.width}, torch::kByte);
    auto close = torch::zeros(classes.sizes(), torch::kBool);
    host_upsample_argmax(logits, test.align_corners, /*margin=*/0.0F, classes, close);
    const auto resized = resized_by_libtorch(test, logits);
    EXPECT_TRUE(torch::equal(classes, resized.argmax(1).to(torch::kByte)));
    // Without a margin only what is not finite is left to softmax.
    EXPECT_TRUE(torch::equal(close, torch::isfinite(resized).logical_not().any(1)));
    EXPECT_EQ(close.any().item<bool>(), values == Values::kNotFinite);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, BilinearPixel,
    testing::Values(Case{"float", {19, 12, 24}, 48, 96, torch::kFloat},
                    Case{"half", {19, 12, 24}, 48, 96, torch::kHalf},
                    Case{"odd", {5, 17, 33}, 65, 129, torch::kFloat},
                    Case{"odd_half", {5, 17, 33}, 65, 129, torch::kHalf},
                    Case{"uneven_half", {5, 13, 21}, 67, 101, torch::kHalf},
                    Case{"aligned", {5, 17, 33}, 65, 127, torch::kFloat, true},
                    Case{"aligned_half", {5, 17, 33}, 65, 127, torch::kHalf, true},
                    Case{"shrinks_half", {5, 131, 173}, 61, 97, torch::kHalf}),
    [](const auto& test) { return test.param.name; });

/// is_close() after these values.
bool is_close(const std::vector<float>& values, float margin) {
  FirstLargest largest;
  for (std::size_t i = 0; i < values.size(); ++i) {
    largest.see(static_cast<std::int32_t>(i), values[i]);
  }
  return largest.is_close(margin);
}

TEST(FirstLargest, ACloseValueMattersOnlyInFrontOfTheLargest) {
  EXPECT_TRUE(is_close({1.0F, -3.0F, 1.25F, 0.0F}, 0.5F));
  EXPECT_FALSE(is_close({1.25F, -3.0F, 1.0F, 1.25F}, 0.5F));
  EXPECT_FALSE(is_close({0.5F, 1.25F}, 0.5F));
  // The largest of those in front, not the last of them.
  EXPECT_TRUE(is_close({1.0F, -8.0F, 1.25F}, 0.5F));
}

TEST(FirstLargest, WhatIsNotFiniteIsLeftToSoftmax) {
  EXPECT_TRUE(is_close({0.0F, 9.0F, kNan}, 0.0F));
  EXPECT_TRUE(is_close({9.0F, -kInfinity}, 0.0F));
  EXPECT_FALSE(is_close({9.0F}, 0.0F));
}

}  // namespace
}  // namespace harness
