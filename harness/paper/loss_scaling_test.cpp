#include "harness/paper/loss_scaling.h"

#include <array>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "harness/testing/paper_row.h"

namespace harness {
namespace {

void expect_fate(const GradientFate& found, const GradientFate& expected) {
  EXPECT_EQ(record_to_json(found), record_to_json(expected));
}

// Gradients of the convolution's result: 2^-26 is zero in half, 2^-20 subnormal, 1 normal, 0 none.
// Times 512 they are 2^-17, 2^-11, 512 and 0.
TEST(LossScaling, CountsFourGradientsByHand) {
  const auto gradients = torch::tensor({0x1p-26F, 0x1p-20F, 1.0F, 0.0F}).view({1, 1, 1, 4});
  const ExperimentRow row = conv_row(torch::ones({1, 3, 1, 4}), gradients);
  LossScalingOptions options;
  options.batches = 1;
  const auto measured = loss_scaling_experiment(row, options).measured;
  const GradientCensus& found = measured.start.activations;
  EXPECT_EQ(found.elements, 4);
  EXPECT_EQ(found.non_zero, 3);
  EXPECT_EQ(found.max_abs, 1.0);
  const std::vector<std::pair<std::int64_t, std::int64_t>> exponents = {{-26, 1}, {-20, 1}, {0, 1}};
  EXPECT_EQ(found.exponents, exponents);
  expect_fate(found.unscaled, {1, 1, 2, 1, 0});
  expect_fate(found.scaled, {0, 0, 1, 0, 0});
  EXPECT_EQ(measured.published.weights.elements, 3);
  EXPECT_EQ(measured.published.weights.unscaled.zero_in_half, 0);
  ASSERT_EQ(measured.start.logits.size(), 1u);
  const LogitBound& logits = measured.start.logits.front();
  EXPECT_EQ(logits.layer, "conv_seg");
  EXPECT_EQ(logits.bound, 0.25);  // A mean over 1 x 1 x 4 logits.
  EXPECT_EQ(logits.max_abs, 1.0);
}

/// One gradient of what the convolution computes, without a scale and with 512.
struct OneGradient {
  const char* what;
  float gradient;
  GradientFate unscaled;
  GradientFate scaled;
};

// Each count is of one gradient: flushed, below 2^-24, below 2^-14, zero in half, not finite.
TEST(LossScaling, SaysWhatBecomesOfAGradientAtEachBoundary) {
  const auto cases = std::to_array<OneGradient>({
      {"2^-35 stays 0", 0x1p-35F, {1, 1, 1, 1, 0}, {1, 1, 1, 1, 0}},
      {"2^-34 is a tie with 0 times 512", 0x1p-34F, {1, 1, 1, 1, 0}, {1, 1, 1, 1, 0}},
      {"above 2^-34 it is rescued", 0x1.02p-34F, {1, 1, 1, 1, 0}, {0, 1, 1, 0, 0}},
      {"2^-25 is a tie with 0", 0x1p-25F, {1, 1, 1, 1, 0}, {0, 0, 1, 0, 0}},
      {"above 2^-25 it is rounded up", 0x1.02p-25F, {0, 1, 1, 0, 0}, {0, 0, 1, 0, 0}},
      {"2^-24 is the smallest half", 0x1p-24F, {0, 0, 1, 0, 0}, {0, 0, 1, 0, 0}},
      {"2^-14 is the smallest normal one", 0x1p-14F, {0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}},
      {"another sign", -0x1p-26F, {1, 1, 1, 1, 0}, {0, 0, 1, 0, 0}},
      {"2^7 times 512 is infinite", 0x1p7F, {0, 0, 0, 0, 0}, {0, 0, 0, 0, 1}},
  });
  LossScalingOptions options;
  options.batches = 1;
  for (const auto& [what, gradient, unscaled, scaled] : cases) {
    SCOPED_TRACE(what);
    const auto gradients = torch::full({1, 1, 1, 1}, gradient);
    const ExperimentRow row = conv_row(torch::ones({1, 3, 1, 1}), gradients);
    const auto found = loss_scaling_experiment(row, options).measured.start.activations;
    EXPECT_EQ(found.non_zero, 1);
    expect_fate(found.unscaled, unscaled);
    expect_fate(found.scaled, scaled);
  }
}

TEST(LossScaling, AddsUpBatches) {
  const ExperimentRow row =
      conv_row(torch::ones({1, 3, 1, 2}), torch::full({1, 1, 1, 2}, 0x1p-26F));
  LossScalingOptions options;
  options.batches = 3;
  const auto outcome = loss_scaling_experiment(row, options);
  EXPECT_EQ(outcome.settings.batches, 3);
  EXPECT_EQ(outcome.measured.start.activations.non_zero, 6);
  EXPECT_EQ(outcome.measured.start.activations.unscaled.zero_in_half, 6);
  EXPECT_EQ(outcome.measured.start.activations.scaled.zero_in_half, 0);
}

}  // namespace
}  // namespace harness
