#include "harness/precision/norm_pixel.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <torch/types.h>

namespace harness {
namespace {

constexpr double kUnit = 0x1p-24;  ///< Largest relative error of one rounding to float.
constexpr std::int64_t kChannels = 17, kPixels = 301;

struct Drawn {
  torch::Tensor map, weight, bias, mean, variance;
};

Drawn drawn() {
  auto generator = at::detail::createCPUGenerator(9);
  const auto channels = [&] { return torch::randn({kChannels}, generator); };
  const auto map = torch::randn({1, kChannels, 1, kPixels}, generator) * 4;
  return {map, channels(), channels(), channels(), torch::rand({kChannels}, generator) + 0.01};
}

NormChannel channel_of(const Drawn& norm, std::int64_t c) {
  const auto at = [c](const torch::Tensor& tensor) { return tensor[c].item<float>(); };
  return {at(norm.mean), at(norm.weight), 1.0F / std::sqrt(at(norm.variance) + 1e-5F),
          at(norm.bias)};
}

/// normalized() of every value.
torch::Tensor ours(const Drawn& norm) {
  auto result = torch::empty_like(norm.map);
  for (std::int64_t c = 0; c < kChannels; ++c) {
    const auto channel = channel_of(norm, c);
    for (std::int64_t i = 0; i < kPixels; ++i) {
      const auto at = c * kPixels + i;
      result.data_ptr<float>()[at] = normalized(norm.map.const_data_ptr<float>()[at], channel);
    }
  }
  return result;
}

torch::Tensor libtorchs(const Drawn& norm, torch::ScalarType type) {
  const auto to = [type](const torch::Tensor& tensor) { return tensor.to(type); };
  return torch::batch_norm(to(norm.map), to(norm.weight), to(norm.bias), to(norm.mean),
                           to(norm.variance), /*training=*/false, 0.1, static_cast<double>(1e-5F),
                           /*cudnn_enabled=*/false);
}

/// The products of the formula in double, without bias: what relative errors scale.
torch::Tensor scaled(const Drawn& norm) {
  const auto of_channels = [](const torch::Tensor& tensor) {
    return tensor.to(torch::kDouble).view({1, kChannels, 1, 1});
  };
  return (norm.map.to(torch::kDouble) - of_channels(norm.mean)) * of_channels(norm.weight) /
         (of_channels(norm.variance) + static_cast<double>(1e-5F)).sqrt();
}

// Roundings of the product: the difference, times the weight, the sum and the root below the
// fraction (half a unit: a root halves relative errors), the root itself, the fraction: 4.5 units;
// then one of the result.
TEST(NormPixel, IsWithinTheRoundingsOfTheFormula) {
  const auto norm = drawn();
  const auto exact = libtorchs(norm, torch::kDouble);
  const auto bound = kUnit * (4.5 * scaled(norm).abs() + exact.abs()) * (1 + 1e-6);
  const auto distance = (ours(norm).to(torch::kDouble) - exact).abs();
  EXPECT_TRUE((distance <= bound).all().item<bool>()) << (distance / bound).max();
}

// LibTorch's CPU operator is a slope and a constant: slope 3.5 units (sum, root, fraction, weight)
// of both products, the constant's product and difference, the result.
TEST(NormPixel, DiffersFromLibTorchsCpuByRoundingsAlone) {
  const auto norm = drawn();
  const auto exact = libtorchs(norm, torch::kDouble);
  const auto theirs = libtorchs(norm, torch::kFloat).to(torch::kDouble);
  const auto parts = [](const torch::Tensor& tensor) {
    return tensor.to(torch::kDouble).view({1, kChannels, 1, 1});
  };
  const auto slope = (parts(norm.weight) / (parts(norm.variance) + 1e-5).sqrt()).abs();
  const auto products = slope * (norm.map.to(torch::kDouble).abs() + parts(norm.mean).abs());
  const auto bound_of_theirs = kUnit * (5.5 * products + parts(norm.bias).abs() + exact.abs());
  const auto bound = kUnit * (4.5 * scaled(norm).abs() + exact.abs()) + bound_of_theirs;
  const auto distance = (ours(norm).to(torch::kDouble) - theirs).abs();
  EXPECT_TRUE((distance <= bound * (1 + 1e-6)).all().item<bool>()) << (distance / bound).max();
}

template <typename Scalar>
void expect_libtorchs_bits(torch::ScalarType type) {
  auto norm = ours(drawn()).flatten();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  norm.slice(0, 0, 6).copy_(torch::tensor({kNan, INFINITY, -INFINITY, 65519.0F, -0.0F, 70000.0F}));
  auto generator = at::detail::createCPUGenerator(10);
  const auto identity = (torch::randn(norm.sizes(), generator) * 3).to(type);
  for (const bool adds : {false, true}) {
    for (const bool relu : {false, true}) {
      auto expected = norm.to(type, /*non_blocking=*/false, /*copy=*/true);
      if (adds) expected += identity;
      if (relu) expected.relu_();
      auto result = torch::empty_like(expected);
      for (std::int64_t i = 0; i < norm.numel(); ++i) {
        const Scalar* added = adds ? identity.const_data_ptr<Scalar>() + i : nullptr;
        result.data_ptr<Scalar>()[i] = finished(norm.const_data_ptr<float>()[i], added, relu);
      }
      EXPECT_TRUE(torch::allclose(result, expected, 0.0, 0.0, /*equal_nan=*/true))
          << adds << relu << type;
    }
  }
}

TEST(NormPixel, RoundsAddsAndCutsOffAsLibTorch) {
  expect_libtorchs_bits<at::Half>(torch::kHalf);
  expect_libtorchs_bits<float>(torch::kFloat);
}

}  // namespace
}  // namespace harness
