#include "models/depthwise_separable_conv_module.h"

#include <gmock/gmock.h>
#include <torch/nn/modules/conv.h>

#include "models/test_support.h"

namespace models {
namespace {

namespace nn = torch::nn;

TEST(DepthwiseSeparableConvModule, IsADepthwiseThenAPointwiseConvolution) {
  const DepthwiseSeparableConvModule module(nn::Conv2dOptions(6, 4, 3).padding(12).dilation(12));
  const auto depthwise = conv_at(*module, "depthwise_conv.conv");
  EXPECT_EQ(depthwise.groups, 6);
  EXPECT_EQ(depthwise.out_channels, 6);
  EXPECT_EQ(depthwise.dilation, 12);
  const auto pointwise = conv_at(*module, "pointwise_conv.conv");
  EXPECT_EQ(pointwise.groups, 1);
  EXPECT_EQ(pointwise.out_channels, 4);
  EXPECT_EQ(pointwise.kernel_size, 1);
}

TEST(DepthwiseSeparableConvModule, NormalisesAndClipsBehindBothConvolutions) {
  DepthwiseSeparableConvModule module(nn::Conv2dOptions(1, 1, 3).padding(1));
  module->eval();
  RecordingObserver seen;
  const ObservationScope scope(*module, seen);
  tensor_at(*module, "depthwise_conv.conv.weight").fill_(-1);
  tensor_at(*module, "pointwise_conv.conv.weight").fill_(-1);
  const auto output = module->forward(torch::ones({1, 1, 3, 3}));
  EXPECT_THAT(seen.layers, testing::ElementsAre("depthwise_conv.conv", "depthwise_conv.bn",
                                                "pointwise_conv.conv", "pointwise_conv.bn"));
  // Were there no ReLU in between, two negative weights would give a positive result.
  EXPECT_EQ(output.abs().max().item<double>(), 0.0);
}

}  // namespace
}  // namespace models
