#include "models/deterministic_gradient.h"

#include <gtest/gtest.h>

namespace models {
namespace {

using Operator = std::function<torch::Tensor(const torch::Tensor&)>;

/// Result and gradient of `op` for the same input and the same gradient of its result.
std::pair<torch::Tensor, torch::Tensor> run(const Operator& op, torch::ScalarType type) {
  torch::manual_seed(1);
  auto input = torch::randn({2, 3, 7, 10}, torch::kDouble).to(type).requires_grad_();
  const auto result = op(input);
  result.backward(torch::randn_like(result, torch::kDouble).to(type));
  return {result.detach().to(torch::kDouble), input.grad().to(torch::kDouble)};
}

void expect_same(const Operator& ours, const Operator& native) {
  const auto [result, gradient] = run(ours, torch::kDouble);
  const auto [expected, expected_gradient] = run(native, torch::kDouble);
  EXPECT_TRUE(torch::equal(result, expected));
  EXPECT_TRUE(torch::allclose(gradient, expected_gradient, 1e-12, 1e-12));
  const auto half = run(ours, torch::kHalf);
  EXPECT_TRUE(torch::equal(half.first, run(native, torch::kHalf).first));
  // One rounding to half.
  EXPECT_TRUE(torch::allclose(half.second, expected_gradient, 0x1p-9, 0x1p-9));
}

TEST(DeterministicGradient, OfResizingIsLibTorchs) {
  for (const bool align_corners : {false, true}) {
    for (const auto& [height, width] : {std::pair{14, 25}, std::pair{3, 4}, std::pair{1, 1}}) {
      const auto ours = [=](const torch::Tensor& x) {
        return resize_bilinear(x, height, width, align_corners);
      };
      const auto native = [=](const torch::Tensor& x) {
        return torch::upsample_bilinear2d(x, {height, width}, align_corners);
      };
      expect_same(ours, native);
    }
  }
}

TEST(DeterministicGradient, OfPoolingIsLibTorchs) {
  for (const int side : {1, 2, 3, 6}) {
    expect_same([=](const torch::Tensor& x) { return pool_average(x, side); },
                [=](const torch::Tensor& x) {
                  return torch::adaptive_avg_pool2d(x, {side, side});
                });
  }
}

TEST(DeterministicGradient, IsNotNeededOnTheCpu) {
  EXPECT_FALSE(needs_deterministic_gradient(torch::ones({1}).requires_grad_()));
}

}  // namespace
}  // namespace models
