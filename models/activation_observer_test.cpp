#include "models/activation_observer.h"

#include <thread>

#include <gmock/gmock.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>

#include "models/bottleneck.h"
#include "models/conv_module.h"
#include "models/test_support.h"

namespace models {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
namespace nn = torch::nn;

TEST(ActivationObserver, NamesLayersByTheirDottedPathInTheOrderOfExecution) {
  nn::Sequential root(
      Bottleneck(BottleneckOptions{.in_channels = 4, .planes = 2, .downsample = true}));
  RecordingObserver seen;
  {
    const ObservationScope scope(*root, seen);
    root->forward(torch::ones({1, 4, 3, 3}));
  }
  EXPECT_THAT(seen.layers, ElementsAre("0.conv1", "0.bn1", "0.conv2", "0.bn2", "0.conv3", "0.bn3",
                                       "0.downsample.0", "0.downsample.1", "0.add"));
  EXPECT_THAT(seen.conv_inputs, ElementsAre("0.conv1", "0.conv2", "0.conv3", "0.downsample.0"));
}

TEST(ActivationObserver, SeesTheValuesBeforeTheInPlaceReLU) {
  ConvModule module(nn::Conv2dOptions(1, 1, 1));
  module->eval();
  tensor_at(*module, "conv.weight").fill_(-1);
  RecordingObserver seen;
  const ObservationScope scope(*module, seen);
  const auto output = module->forward(torch::full({1, 1, 1, 1}, 2.0));
  EXPECT_NEAR(seen.last.item<double>(), -2.0, 1e-4);
  EXPECT_EQ(output.item<double>(), 0.0);
}

TEST(ActivationObserver, NamesAPartOfTheRootWithoutALeadingDot) {
  ConvModule module(nn::Conv2dOptions(1, 1, 1));
  RecordingObserver seen;
  const ObservationScope scope(*module, seen);
  observe(*module, "add", torch::ones({1}));
  EXPECT_THAT(seen.layers, ElementsAre("add"));
}

TEST(ActivationObserver, DoesNotReportLayersOfAnotherModule) {
  ConvModule observed(nn::Conv2dOptions(1, 1, 1));
  ConvModule other(nn::Conv2dOptions(1, 1, 1));
  RecordingObserver seen;
  const ObservationScope scope(*observed, seen);
  other->forward(torch::ones({2, 1, 2, 2}));
  EXPECT_THAT(seen.layers, IsEmpty());
  EXPECT_THAT(seen.conv_inputs, IsEmpty());
}

TEST(ActivationObserver, InnerScopeHidesTheOuterOneUntilItEnds) {
  ConvModule module(nn::Conv2dOptions(1, 1, 1));
  RecordingObserver outer, inner;
  const auto input = torch::ones({2, 1, 2, 2});
  const ObservationScope outer_scope(*module, outer);
  {
    const ObservationScope inner_scope(*module, inner);
    module->forward(input);
  }
  EXPECT_THAT(outer.layers, IsEmpty());
  EXPECT_THAT(inner.layers, ElementsAre("conv", "bn"));
  module->forward(input);
  EXPECT_THAT(outer.layers, ElementsAre("conv", "bn"));
}

TEST(ActivationObserver, LeavesOtherThreadsAlone) {
  ConvModule module(nn::Conv2dOptions(1, 1, 1));
  RecordingObserver seen;
  const ObservationScope scope(*module, seen);
  std::thread([&module] { module->forward(torch::ones({2, 1, 2, 2})); }).join();
  EXPECT_THAT(seen.layers, IsEmpty());
}

}  // namespace
}  // namespace models
