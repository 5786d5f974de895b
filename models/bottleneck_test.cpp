#include "models/bottleneck.h"

#include <gmock/gmock.h>

#include "models/test_support.h"

namespace models {
namespace {

TEST(Bottleneck, PutsStrideAndDilationOnTheSecondConvolution) {
  const Bottleneck block(BottleneckOptions{
      .in_channels = 16, .planes = 4, .stride = 2, .dilation = 3, .downsample = true});
  EXPECT_EQ(conv_at(*block, "conv1").stride, 1);
  EXPECT_EQ(conv_at(*block, "conv2").stride, 2);
  EXPECT_EQ(conv_at(*block, "conv2").dilation, 3);
  EXPECT_EQ(conv_at(*block, "conv2").padding, 3);
  EXPECT_EQ(conv_at(*block, "conv3").stride, 1);
  EXPECT_EQ(conv_at(*block, "conv3").out_channels, 16);
  EXPECT_EQ(conv_at(*block, "downsample.0").stride, 2);
}

TEST(Bottleneck, KeepsMmsegsOrder) {
  const Bottleneck block(BottleneckOptions{.in_channels = 4, .planes = 2, .downsample = true});
  std::vector<std::string> children;
  for (const auto& child : block->named_children()) children.push_back(child.key());
  EXPECT_THAT(children,
              testing::ElementsAre("conv1", "bn1", "conv2", "bn2", "conv3", "bn3", "downsample"));
}

TEST(Bottleneck, IsTheClippedIdentityWhenTheResidualIsZero) {
  Bottleneck block(BottleneckOptions{.in_channels = 8, .planes = 2});
  block->init_residual(0);
  const auto input = torch::randn({2, 8, 5, 5});
  EXPECT_TRUE(torch::equal(block->forward(input), torch::relu(input)));
}

TEST(Bottleneck, AddsTheIdentityBehindTheLastNorm) {
  Bottleneck block(BottleneckOptions{.in_channels = 4, .planes = 1});
  block->eval();
  tensor_at(*block, "conv1.weight").fill_(0);
  tensor_at(*block, "bn3.bias").fill_(3);
  const auto output = block->forward(torch::full({1, 4, 1, 1}, -1.0));
  EXPECT_TRUE(torch::equal(output, torch::full({1, 4, 1, 1}, 2.0))) << output;
}

TEST(Bottleneck, LeavesItsInputAsItWas) {
  Bottleneck block(BottleneckOptions{.in_channels = 8, .planes = 2});
  const auto input = torch::randn({2, 8, 5, 5});
  const auto before = input.clone();
  block->forward(input);
  EXPECT_TRUE(torch::equal(input, before));
}

TEST(Bottleneck, PassesGradientsToEveryParameter) {
  Bottleneck block(BottleneckOptions{.in_channels = 4, .planes = 2, .downsample = true});
  block->forward(torch::randn({2, 4, 5, 5})).square().sum().backward();
  for (const auto& parameter : block->named_parameters()) {
    ASSERT_TRUE(parameter.value().grad().defined()) << parameter.key();
  }
}

}  // namespace
}  // namespace models
