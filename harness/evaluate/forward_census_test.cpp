#include "harness/evaluate/forward_census.h"

#include <gtest/gtest.h>

#include "harness/precision/half_convolution.h"
#include "harness/testing/minizoo_rows.h"

namespace harness {
namespace {

ForwardCensus census_in(Policy policy, float brightest) {
  const torch::InferenceMode no_gradients;
  register_half_convolution();
  auto model = minizoo_row("fcn_fp16").model(policy);
  torch::manual_seed(0);
  const auto image = torch::rand({1, 3, 64, 64}) * brightest;
  return take_census(model, {image},
                     [&](const torch::Tensor& input) { return run_model(model, policy, input); });
}

TEST(ForwardCensus, EveryConvolutionRanInHalf) {
  const ForwardCensus census = census_in(Policy::kFp16Master, 1.0F);
  const auto& convolutions = census.dtypes.at("convolution");
  ASSERT_EQ(convolutions.size(), 1U);
  // ResNetV1c-50: 3 + 16 * 3 + 4; FCN head: 3 and conv_seg.
  EXPECT_EQ(convolutions.at("float16"), 59);
  EXPECT_EQ(census.activations.non_finite, 0);
  EXPECT_GT(census.activations.max_abs, 0.1);
  EXPECT_LT(census.activations.max_abs, 65504.0);
}

TEST(ForwardCensus, SeesFp32AsFp32) {
  const ForwardCensus census = census_in(Policy::kFp32, 1.0F);
  EXPECT_EQ(census.dtypes.at("convolution").at("float32"), 59);
}

TEST(ForwardCensus, NamesTheLayerThatOverflowsFirst) {
  const ForwardCensus census = census_in(Policy::kFp16Master, 1e6F);
  EXPECT_GT(census.activations.non_finite, 0);
  EXPECT_EQ(census.activations.first_non_finite_layer, "backbone.stem.0");
}

}  // namespace
}  // namespace harness
