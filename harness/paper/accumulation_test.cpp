#include "harness/paper/accumulation.h"

#include <cmath>

#include <gtest/gtest.h>

#include "harness/testing/paper_row.h"

namespace harness {
namespace {

// 32768 values, 1 and 3 in turn: mean 2, variance 1. Their sum in half ends where a 3 is no more
// than half the distance between neighbours, at 4096 of 65536.
TEST(Accumulation, InHalfStagnatesWhereFp32DoesNot) {
  auto images = torch::ones({1, 3, 128, 256});
  images.select(1, 0).view({-1}).slice(0, 1, std::nullopt, 2).fill_(3.0);
  const ExperimentRow row = conv_row(images, torch::ones({1, 1, 128, 256}));
  const auto measured = accumulation_experiment(row).measured;
  ASSERT_EQ(measured.activations.size(), 1u);
  const LayerStatistics& layer = measured.activations.front();
  EXPECT_EQ(layer.layer, "conv_seg");
  EXPECT_EQ(layer.count, 32768);
  EXPECT_EQ(layer.channels, 1);
  EXPECT_EQ(layer.half_off, 1);
  EXPECT_EQ(layer.single_off, 0);
  EXPECT_GT(layer.half_worst, 1.0);
}

TEST(Accumulation, AChannelThatHalfAddsUpExactlyIsNotOff) {
  auto images = torch::ones({1, 3, 4, 4});
  images.select(1, 0).view({-1}).slice(0, 1, std::nullopt, 2).fill_(3.0);
  const auto layers =
      accumulation_experiment(conv_row(images, torch::ones({1, 1, 4, 4}))).measured.activations;
  ASSERT_EQ(layers.size(), 1u);
  EXPECT_EQ(layers[0].channels, 1);
  EXPECT_EQ(layers[0].half_off, 0);
  EXPECT_EQ(layers[0].half_worst, 0.0);
}

TEST(Accumulation, AChannelThatDoesNotVaryIsNotCounted) {
  const auto layers =
      accumulation_experiment(conv_row(torch::ones({1, 3, 4, 4}), torch::ones({1, 1, 4, 4})))
          .measured.activations;
  ASSERT_EQ(layers.size(), 1u);
  EXPECT_EQ(layers[0].channels, 0);
}

class ConstructedSums : public testing::Test {
 protected:
  const AccumulationRecord measured_ =
      accumulation_experiment(conv_row(torch::ones({1, 3, 1, 2}), torch::ones({1, 1, 1, 2})))
          .measured;
};

// 1024 ones fit into half; of 32768 the sum ends at 2048, of as many fours at 8192, and of as many
// 32s it reaches 65536, which half does not have.
TEST_F(ConstructedSums, OfEqualValuesEndAtTwoToTheElevenTimesTheValue) {
  const auto& means = measured_.statistics;
  ASSERT_EQ(means.size(), 4u);
  EXPECT_EQ(means[0].half_mean, 1.0);
  EXPECT_EQ(means[1].half_mean, 2048.0 / 32768.0);
  EXPECT_EQ(means[2].half_mean, 8192.0 / 32768.0);
  EXPECT_TRUE(means[3].half_overflows);
  for (const auto& mean : means) {
    EXPECT_EQ(mean.single_mean, mean.value);
    EXPECT_EQ(mean.half_overflows, std::isinf(mean.half_mean));
  }
}

TEST_F(ConstructedSums, OfTheKernelsAreWhole) {
  EXPECT_EQ(measured_.kernels.ones, 8192);
  EXPECT_EQ(measured_.kernels.sum_of_ones, 8192.0);
  EXPECT_EQ(measured_.kernels.count, 32768);
  EXPECT_EQ(measured_.kernels.batch_norm_mean, 4.0);
  EXPECT_FALSE(measured_.kernels.convolution.empty());
}

TEST_F(ConstructedSums, OfProductsGrowWithTheirLengthInFp32AndStopInHalf) {
  const auto& sums = measured_.dot_products;
  ASSERT_EQ(sums.size(), 7u);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    EXPECT_EQ(sums[i].length, std::int64_t{16} << (2 * i));
    EXPECT_LT(sums[i].single_error, 0x1p-11 * 1.01) << sums[i].length;
    EXPECT_FALSE(sums[i].half_overflows) << sums[i].length;
    EXPECT_EQ(sums[i].half_error, std::abs(sums[i].half - sums[i].exact) / sums[i].exact);
  }
  // The mean of a product of two numbers drawn from [0, 1) is a quarter.
  EXPECT_NEAR(sums.back().exact, 65536.0 / 4, 200.0);
  EXPECT_LT(sums.back().half, 4096.0);
}

}  // namespace
}  // namespace harness
