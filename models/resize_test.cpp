#include "models/resize.h"

#include <gtest/gtest.h>
#include <torch/nn/functional/upsampling.h>

namespace models {
namespace {

torch::Tensor row(const std::vector<double>& values) {
  return torch::tensor(values).reshape({1, 1, 1, -1});
}

TEST(Resize, InterpolatesBetweenPixelCentres) {
  const auto wide = resize_like(row({0, 8}), torch::empty({1, 9, 1, 4}), false);
  // Centres of four pixels over two lie at -0.25, 0.25, 0.75 and 1.25, clamped to 0 and 1.
  EXPECT_TRUE(torch::equal(wide, row({0, 2, 6, 8}))) << wide;
}

TEST(Resize, PutsCornersOnCornersWhenAsked) {
  const auto wide = resize_like(row({0, 6}), torch::empty({1, 9, 1, 4}), true);
  EXPECT_TRUE(torch::allclose(wide, row({0, 2, 4, 6}))) << wide;
}

TEST(Resize, SpreadsASinglePixel) {
  const auto pixel = torch::randn({2, 3, 1, 1});
  const auto wide = resize_like(pixel, torch::empty({2, 1, 5, 7}), false);
  // Not bit by bit: the two weights of an interpolation round.
  EXPECT_TRUE(torch::allclose(wide, pixel.expand({2, 3, 5, 7}), 1e-6, 0));
}

TEST(Resize, KeepsTheDtype) {
  const auto half =
      resize_like(torch::ones({1, 1, 2, 2}, torch::kHalf), torch::empty({1, 1, 3, 3}), false);
  EXPECT_EQ(half.scalar_type(), torch::kHalf);
}

}  // namespace
}  // namespace models
