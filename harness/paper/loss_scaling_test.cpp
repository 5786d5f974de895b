#include "harness/paper/loss_scaling.h"

#include <gtest/gtest.h>

#include "harness/testing/paper_row.h"

namespace harness {
namespace {

// Gradients of the convolution's result: 2^-26 is zero in half, 2^-20 subnormal, 1 normal, 0 none.
// Times 512 they are 2^-17, 2^-11, 512 and 0.
TEST(LossScaling, CountsFourGradientsByHand) {
  const auto gradients = torch::tensor({0x1p-26F, 0x1p-20F, 1.0F, 0.0F}).view({1, 1, 1, 4});
  const ExperimentRow row = conv_row(torch::ones({1, 3, 1, 4}), gradients);
  LossScalingOptions options;
  options.batches = 1;
  const Json measured = loss_scaling_experiment(row, options).measurements;
  const Json& found = measured.at("start").at("activations");
  EXPECT_EQ(found.at("elements"), 4);
  EXPECT_EQ(found.at("non_zero"), 3);
  EXPECT_EQ(found.at("max_abs"), 1.0);
  EXPECT_EQ(found.at("exponents"), Json::parse("[[-26, 1], [-20, 1], [0, 1]]"));
  EXPECT_EQ(found.at("unscaled").at("flushed"), 1.0 / 3);
  EXPECT_EQ(found.at("unscaled").at("below_2^-24"), 1.0 / 3);
  EXPECT_EQ(found.at("unscaled").at("below_2^-14"), 2.0 / 3);
  EXPECT_EQ(found.at("unscaled").at("zero_in_half"), 1.0 / 3);
  EXPECT_EQ(found.at("scaled").at("flushed"), 0.0);
  EXPECT_EQ(found.at("scaled").at("below_2^-14"), 1.0 / 3);
  EXPECT_EQ(found.at("scaled").at("zero_in_half"), 0.0);
  EXPECT_EQ(found.at("scaled").at("non_finite_in_half"), 0);
  const Json& weights = measured.at("published").at("weights");
  EXPECT_EQ(weights.at("elements"), 3);
  EXPECT_EQ(weights.at("unscaled").at("zero_in_half"), 0.0);
  const Json& logits = measured.at("start").at("logits").at(0);
  EXPECT_EQ(logits.at("layer"), "conv_seg");
  EXPECT_EQ(logits.at("bound"), 0.25);  // A mean over 1 x 1 x 4 logits.
  EXPECT_EQ(logits.at("max_abs"), 1.0);
}

}  // namespace
}  // namespace harness
