#include "harness/train/operator_census.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/conv.h>
#include <torch/types.h>

#include "harness/precision/half_convolution.h"

namespace harness {
namespace {

using Counts = OperatorCounts::mapped_type;

TEST(OperatorCensus, SeesWhatIsDispatchedForwardAndBackward) {
  register_half_convolution();
  torch::nn::Conv2d convolution(torch::nn::Conv2dOptions(3, 4, 3));
  convolution->to(torch::kHalf);
  const auto image = torch::rand({1, 3, 8, 8});
  const OperatorCensus census;
  const auto result = convolution(image.to(torch::kHalf)).to(torch::kFloat);
  result.sum().backward();
  const OperatorCounts counts = census.counts();
  EXPECT_EQ(counts.at("convolution"), (Counts{{"float16", 1}}));
  EXPECT_EQ(counts.at("convolution_backward"), (Counts{{"float16", 1}}));
  EXPECT_FALSE(counts.contains("loss"));
}

TEST(OperatorCensus, EndsWithItsLife) {
  const auto weight = torch::rand({4, 3, 3, 3});
  const auto image = torch::rand({1, 3, 8, 8});
  { const OperatorCensus census; }
  torch::conv2d(image, weight);
  const OperatorCensus census;
  EXPECT_TRUE(census.counts().empty());
  torch::conv2d(image, weight);
  EXPECT_EQ(census.counts().at("convolution"), (Counts{{"float32", 1}}));
}

}  // namespace
}  // namespace harness
