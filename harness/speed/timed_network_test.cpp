#include "harness/speed/timed_network.h"

#include <gtest/gtest.h>

#include "harness/network/model_builder.h"
#include "harness/precision/half_convolution.h"
#include "harness/testing/speed_networks.h"

namespace harness {
namespace {

TEST(TimedNetwork, APartIsNoLongerThanTheWhole) {
  const torch::InferenceMode no_gradients;
  register_half_convolution();
  const auto image = drawn_images(1, 32, 64, 1).front();
  for (const auto* precision : {"fp32", "fp16"}) {
    const auto network = small_network(precision);
    EXPECT_GT(network->seconds_of(image), 0.0);
    const Passage passage = network->passage_of(image);
    EXPECT_GT(passage.network, 0.0);
    EXPECT_GT(passage.postprocess, 0.0);
    EXPECT_GE(passage.image, passage.network + passage.postprocess);
  }
}

TEST(TimedNetwork, ComputesWhatTheModelDoes) {
  const torch::InferenceMode no_gradients;
  const auto image = drawn_images(1, 32, 64, 1).front();
  const ModelSpec spec = small_spec();
  auto model = build_model(spec, drawn_weights(spec, 1), Policy::kFp32, torch::kCPU);
  EXPECT_TRUE(torch::equal(small_network("fp32")->logits_of(image),
                           run_model(model, Policy::kFp32, image)));
}

TEST(TimedNetwork, TheLayoutIsThatOfWeightsAndActivations) {
  const torch::InferenceMode no_gradients;
  const auto image = drawn_images(1, 32, 64, 1).front();
  for (const auto* method : {"FCN", "DeepLabV3+"}) {
    const auto plain = small_network("fp32", Layout::kContiguous, method);
    const auto other = small_network("fp32", Layout::kChannelsLast, method);
    for (const auto& parameter : other->model()->parameters()) {
      if (parameter.dim() != 4) continue;
      EXPECT_TRUE(parameter.is_contiguous(torch::MemoryFormat::ChannelsLast));
    }
    const auto logits = other->logits_of(image);
    EXPECT_TRUE(logits.is_contiguous(torch::MemoryFormat::ChannelsLast));
    EXPECT_TRUE(torch::allclose(logits, plain->logits_of(image), 1e-3, 1e-3));
  }
}

TEST(TimedNetwork, AnotherThingThanAFloatImageOnTheHostIsRefused) {
  const torch::InferenceMode no_gradients;
  const auto network = small_network("fp32");
  EXPECT_THROW(network->seconds_of(torch::zeros({3, 32, 64})), c10::Error);
  EXPECT_THROW(network->passage_of(torch::zeros({1, 3, 32, 64}, torch::kHalf)), c10::Error);
}

TEST(Layout, HasNames) {
  Layout layout = Layout::kContiguous;
  EXPECT_TRUE(read_name("channels-last", layout));
  EXPECT_EQ(layout, Layout::kChannelsLast);
  EXPECT_TRUE(read_name(to_string(Layout::kContiguous), layout));
  EXPECT_EQ(layout, Layout::kContiguous);
  EXPECT_FALSE(read_name("nhwc", layout));
}

}  // namespace
}  // namespace harness
