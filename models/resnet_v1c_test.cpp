#include "models/resnet_v1c.h"

#include <gmock/gmock.h>

#include "models/test_support.h"

namespace models {
namespace {

using testing::ElementsAre;

ResNetV1cOptions tiny(int64_t depth = 50) {
  ResNetV1cOptions options;
  options.depth = depth;
  options.stem_channels = 4;
  options.base_channels = 2;
  return options;
}

int64_t dilation_of(const ResNetV1c& net, const std::string& block) {
  return conv_at(*net, block + ".conv2").dilation;
}

TEST(ResNetV1c, HasFeaturesAtStridesFourAndEight) {
  ResNetV1c net(tiny());
  net->eval();
  const auto features = net->forward(torch::randn({1, 3, 32, 64}));
  ASSERT_EQ(features.size(), 4U);
  EXPECT_THAT(features[0].sizes(), ElementsAre(1, 8, 8, 16));
  EXPECT_THAT(features[1].sizes(), ElementsAre(1, 16, 4, 8));
  EXPECT_THAT(features[2].sizes(), ElementsAre(1, 32, 4, 8));
  EXPECT_THAT(features[3].sizes(), ElementsAre(1, 64, 4, 8));
}

TEST(ResNetV1c, FirstBlockOfADilatedStageHasHalfTheDilation) {
  const ResNetV1c net(tiny());
  EXPECT_EQ(dilation_of(net, "layer2.0"), 1);
  EXPECT_EQ(dilation_of(net, "layer3.0"), 1);
  EXPECT_EQ(dilation_of(net, "layer3.1"), 2);
  EXPECT_EQ(dilation_of(net, "layer4.0"), 2);
  EXPECT_EQ(dilation_of(net, "layer4.2"), 4);
}

TEST(ResNetV1c, KeepsTheDilationWhenContractionIsOff) {
  auto options = tiny();
  options.contract_dilation = false;
  const ResNetV1c net(options);
  EXPECT_EQ(dilation_of(net, "layer4.0"), 4);
}

TEST(ResNetV1c, EveryStageStartsWithADownsamplingBranch) {
  const ResNetV1c net(tiny());
  EXPECT_EQ(conv_at(*net, "layer1.0.downsample.0").stride, 1);
  EXPECT_EQ(conv_at(*net, "layer2.0.downsample.0").stride, 2);
  EXPECT_EQ(conv_at(*net, "layer4.0.downsample.0").stride, 1);
  EXPECT_THROW(conv_at(*net, "layer1.1.downsample.0"), c10::Error);
}

TEST(ResNetV1c, HasTheBlocksOfItsDepth) {
  const auto blocks = [](int64_t depth) {
    std::vector<size_t> counts;
    const ResNetV1c net(tiny(depth));
    for (const auto& stage : net->named_children())
      counts.push_back(stage.value()->children().size());
    return counts;
  };
  EXPECT_THAT(blocks(50), ElementsAre(9, 3, 4, 6, 3));
  EXPECT_THAT(blocks(101), ElementsAre(9, 3, 4, 23, 3));
  EXPECT_THAT(blocks(152), ElementsAre(9, 3, 8, 36, 3));
}

TEST(ResNetV1c, StemHalvesOnceAndPoolingOnceMore) {
  const ResNetV1c net(tiny());
  EXPECT_EQ(conv_at(*net, "stem.0").stride, 2);
  EXPECT_EQ(conv_at(*net, "stem.0").out_channels, 2);
  EXPECT_EQ(conv_at(*net, "stem.3").stride, 1);
  EXPECT_EQ(conv_at(*net, "stem.6").out_channels, 4);
}

TEST(ResNetV1c, KeepsOnlyTheWantedStagesAndStopsBehindTheLast) {
  ResNetV1c net(tiny());
  RecordingObserver seen;
  const ObservationScope scope(*net, seen);
  const auto features = net->forward(torch::randn({2, 3, 16, 16}), {0, 2});
  EXPECT_TRUE(features[0].defined());
  EXPECT_FALSE(features[1].defined());
  EXPECT_TRUE(features[2].defined());
  EXPECT_FALSE(features[3].defined());
  EXPECT_EQ(seen.layers.back(), "layer3.5.add");
}

TEST(ResNetV1c, StartsWithResidualsOfZeroUnlessToldOtherwise) {
  auto options = tiny();
  EXPECT_EQ(tensor_at(*ResNetV1c(options), "layer3.1.bn3.weight").abs().max().item<double>(), 0);
  options.zero_init_residual = false;
  EXPECT_EQ(tensor_at(*ResNetV1c(options), "layer3.1.bn3.weight").min().item<double>(), 1);
}

TEST(ResNetV1c, RefusesAnUnknownDepthAndUnequalLists) {
  EXPECT_THROW(ResNetV1c(tiny(34)), c10::Error);
  auto options = tiny();
  options.dilations = {1, 1};
  EXPECT_THROW(ResNetV1c{options}, c10::Error);
}

TEST(ResNetV1c, RefusesAnImageOfOtherChannels) {
  ResNetV1c net(tiny());
  EXPECT_THROW(net->forward(torch::randn({1, 4, 16, 16})), c10::Error);
}

}  // namespace
}  // namespace models
