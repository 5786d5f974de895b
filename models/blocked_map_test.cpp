#include "models/blocked_map.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/conv.h>

namespace models {
namespace {

namespace nn = torch::nn;

nn::Conv2dOptions options_of(int64_t in, int64_t out, int64_t kernel) {
  return nn::Conv2dOptions(in, out, kernel).padding(kernel / 2).bias(false);
}

torch::Tensor convolved(const torch::Tensor& map, const nn::Conv2d& convolution) {
  const auto& options = convolution->options;
  return torch::conv2d(map, convolution->weight, /*bias=*/{}, options.stride(),
                       std::get<torch::ExpandingArray<2>>(options.padding()));
}

TEST(BlockedMap, GivesBackTheValuesInTheTypeAskedFor) {
  const auto map = torch::randn({1, 16, 5, 7});
  const auto opaque = to_opaque(map);
  EXPECT_TRUE(opaque.is_mkldnn());
  EXPECT_TRUE(torch::equal(to_usual(opaque, torch::kFloat), map));
  const auto half = to_usual(opaque, torch::kHalf);
  EXPECT_TRUE(torch::equal(half, map.to(torch::kHalf)));
}

TEST(BlockedMap, LeavesAUsualMapAsItIs) {
  const auto map = torch::randn({1, 3, 5, 7});
  EXPECT_TRUE(to_usual(map, torch::kHalf).is_same(map));
}

TEST(BlockedMap, FindsTheLayoutThatOneDnnChose) {
  if (!__builtin_cpu_supports("avx512f")) {
    GTEST_SKIP() << "oneDNN has other layouts on a processor without AVX-512";
  }
  torch::NoGradGuard no_gradients;
  const nn::Conv2d convolution(options_of(32, 48, 3));
  const auto input = to_opaque(torch::randn({1, 32, 21, 19}));
  const auto result = convolved(input, convolution);
  const auto values = result.to_dense();
  const ConvolutionGeometry geometry(input, *convolution);
  ASSERT_TRUE(is_blocked(result, geometry));
  EXPECT_TRUE(torch::equal(result.to_dense(), values)) << "the values changed";
  EXPECT_FALSE(is_known_as_unblocked(geometry));
  const auto blocks = torch::from_blob(blocked_data(result), {3, 21, 19, 16});
  EXPECT_TRUE(torch::equal(blocks.permute({0, 3, 1, 2}).reshape(values.sizes()), values));
}

TEST(BlockedMap, KnowsAMapThatLiesInAnotherOrder) {
  torch::NoGradGuard no_gradients;
  // As it was copied: channel by channel.
  const auto map = to_opaque(torch::randn({1, 32, 9, 11}));
  const ConvolutionGeometry geometry(map, *nn::Conv2d(options_of(32, 32, 5)));
  EXPECT_FALSE(is_known_as_unblocked(geometry)) << "before it was looked at";
  EXPECT_FALSE(is_blocked(map, geometry));
  EXPECT_TRUE(is_known_as_unblocked(geometry));
}

TEST(BlockedMap, HasNoBlocksOfFewerThanSixteenChannels) {
  torch::NoGradGuard no_gradients;
  const nn::Conv2d convolution(options_of(16, 24, 1));
  const auto input = to_opaque(torch::randn({1, 16, 9, 11}));
  EXPECT_FALSE(is_blocked(convolved(input, convolution), ConvolutionGeometry(input, *convolution)));
}

TEST(BlockedMap, TellsConvolutionsApartByAllTheirSizes) {
  const auto input = torch::randn({1, 16, 9, 11});
  const auto base = options_of(16, 32, 3);
  const auto numbers = [&](const nn::Conv2dOptions& options) {
    return ConvolutionGeometry(input, *nn::Conv2d(options)).numbers;
  };
  EXPECT_EQ(numbers(base), numbers(options_of(16, 32, 3)));
  EXPECT_NE(numbers(base), numbers(options_of(16, 48, 3)));
  EXPECT_NE(numbers(base), numbers(options_of(16, 32, 1)));
  EXPECT_NE(numbers(base), numbers(options_of(16, 32, 3).stride(2)));
  EXPECT_NE(numbers(base), numbers(options_of(16, 32, 3).dilation(2)));
  EXPECT_NE(numbers(base), numbers(options_of(16, 32, 3).padding(2)));
  EXPECT_NE(numbers(base), numbers(options_of(16, 32, 3).groups(16)));
  EXPECT_NE(numbers(base),
            ConvolutionGeometry(torch::randn({1, 16, 9, 12}), *nn::Conv2d(base)).numbers);
}

}  // namespace
}  // namespace models
