#include "models/weight_init.h"

#include <cmath>

#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

namespace models {
namespace {

namespace nn = torch::nn;

TEST(WeightInit, KaimingHasTheVarianceOfTwoOverFanOut) {
  torch::manual_seed(1);
  nn::Conv2d conv(nn::Conv2dOptions(64, 32, 3));
  init_kaiming(*conv);
  const double expected = std::sqrt(2.0 / (32 * 9));
  // 18432 draws: the standard error of a standard deviation is 0.5 %, of the mean 0.7 % of it.
  EXPECT_NEAR(conv->weight.std().item<double>(), expected, 0.03 * expected);
  EXPECT_NEAR(conv->weight.mean().item<double>(), 0.0, 0.04 * expected);
  EXPECT_EQ(conv->bias.abs().max().item<double>(), 0.0);
}

TEST(WeightInit, KaimingOfADepthwiseConvolutionCountsAllOutputs) {
  torch::manual_seed(2);
  nn::Conv2d conv(nn::Conv2dOptions(512, 512, 3).groups(512).bias(false));
  init_kaiming(*conv);
  const double expected = std::sqrt(2.0 / (512 * 9));
  EXPECT_NEAR(conv->weight.std().item<double>(), expected, 0.05 * expected);
}

TEST(WeightInit, ClassifierIsNarrowAndUnbiased) {
  torch::manual_seed(3);
  nn::Conv2d conv(nn::Conv2dOptions(512, 19, 1));
  init_classifier(*conv);
  EXPECT_NEAR(conv->weight.std().item<double>(), 0.01, 0.0005);
  EXPECT_EQ(conv->bias.abs().max().item<double>(), 0.0);
}

TEST(WeightInit, NormTakesTheGivenWeight) {
  nn::BatchNorm2d norm(3);
  norm->bias.data().fill_(7);
  init_norm(*norm, 0.0);
  EXPECT_EQ(norm->weight.abs().max().item<double>(), 0.0);
  EXPECT_EQ(norm->bias.abs().max().item<double>(), 0.0);
  init_norm(*norm);
  EXPECT_TRUE(torch::equal(norm->weight, torch::ones({3})));
}

}  // namespace
}  // namespace models
