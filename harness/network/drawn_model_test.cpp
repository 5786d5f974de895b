#include "harness/network/drawn_model.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "harness/network/model_builder.h"
#include "harness/precision/half_convolution.h"

namespace harness {
namespace {

/// All 33 bottlenecks of the zoo's rows, narrow enough for a test.
ModelSpec narrow_spec(const std::string& method) {
  Row row;
  row.id = method;
  row.method = method;
  row.model = {{"decode_head", {{"channels", 16}}},
               {"auxiliary_head", {{"channels", 8}}},
               {"backbone", {{"depth", 101}, {"base_channels", 8}, {"stem_channels", 8}}}};
  return resolve_model(row, Json());
}

TEST(DrawnModel, TheSeedDecidesTheWeights) {
  const ModelSpec spec = narrow_spec("FCN");
  const auto weights = drawn_weights(spec, 1);
  const auto again = drawn_weights(spec, 1);
  const auto others = drawn_weights(spec, 2);
  ASSERT_EQ(weights.size(), state_dict_layout(spec).size());
  bool differ = false;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    EXPECT_TRUE(torch::equal(weights[i].second, again[i].second)) << weights[i].first;
    differ = differ || !torch::equal(weights[i].second, others[i].second);
  }
  EXPECT_TRUE(differ);
}

TEST(DrawnModel, NoWeightIsZero) {
  for (const auto& [name, tensor] : drawn_weights(narrow_spec("DeepLabV3+"), 1)) {
    if (name.ends_with("running_mean")) continue;
    EXPECT_EQ(tensor.eq(0).sum().item<std::int64_t>(), 0) << name;
  }
}

TEST(DrawnModel, LogitsHaveAnOrdinarySizeInHalf) {
  const torch::InferenceMode no_gradients;
  register_half_convolution();
  const auto images = drawn_images(2, 32, 64, 3);
  EXPECT_FALSE(torch::equal(images[0], images[1]));
  EXPECT_NEAR(images[0].std().item<double>(), 1.0, 0.1);
  for (const auto* method : {"FCN", "PSPNet", "DeepLabV3", "DeepLabV3+"}) {
    const ModelSpec spec = narrow_spec(method);
    auto model = build_model(spec, drawn_weights(spec, 1), Policy::kFp16Master, torch::kCPU);
    const auto logits = run_model(model, Policy::kFp16Master, images[0]).to(torch::kFloat);
    const double deviation = logits.std().item<double>();
    EXPECT_GT(deviation, 0.1) << method;
    EXPECT_LT(deviation, 100.0) << method;
    EXPECT_LT(logits.abs().max().item<double>(), 1000.0) << method;
  }
}

}  // namespace
}  // namespace harness
