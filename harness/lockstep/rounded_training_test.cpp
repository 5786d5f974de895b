#include "harness/lockstep/rounded_training.h"

#include <cmath>

#include <gtest/gtest.h>

#include "harness/testing/minizoo_rows.h"
#include "models/losses.h"

namespace harness {
namespace {

TEST(Rounded, IsToTheNearestOfSoManyDigitsWithDoublesExponents) {
  const double u = std::ldexp(1.0, -11);
  const auto values =
      torch::tensor({1.0 + 0.9 * u, 1.0 + 1.1 * u, -3.0, 0.0, 1e-30, 1e30, 5e-324}, torch::kDouble);
  const auto to_11 = rounded(values, 11);
  EXPECT_EQ(to_11[0].item<double>(), 1.0);
  EXPECT_EQ(to_11[1].item<double>(), 1.0 + 2 * u);
  EXPECT_EQ(to_11[2].item<double>(), -3.0);
  EXPECT_EQ(to_11[3].item<double>(), 0.0);
  EXPECT_NEAR(to_11[4].item<double>() / 1e-30, 1.0, u);
  EXPECT_NEAR(to_11[5].item<double>() / 1e30, 1.0, u);
  EXPECT_EQ(to_11[6].item<double>(), 5e-324);
  torch::manual_seed(0);
  const auto noise = torch::randn({10000}, torch::kDouble);
  EXPECT_TRUE(torch::equal(rounded(noise, 24), noise.to(torch::kFloat).to(torch::kDouble)));
  EXPECT_TRUE(torch::equal(rounded(noise, 53), noise));
}

/// Weights after two steps of the smallest row, in FP64 with so many digits.
NamedTensors trained(int digits) {
  torch::manual_seed(1);
  models::EncoderDecoder model(to_options(minizoo_row("fcn_fp16").spec()));
  model->train();
  const ForwardLosses forward = [&](const torch::Tensor& images, const torch::Tensor& labels) {
    return models::segmentation_losses(model, images, labels);
  };
  RoundedTraining training(model, forward, {}, digits);
  for (int i = 0; i < 2; ++i) {
    torch::manual_seed(7 + i);
    training.run(torch::randn({2, 3, 32, 64}), torch::randint(0, 19, {2, 32, 64}), 0.01,
                 [](const StepGradients&) {});
  }
  return on_cpu(training.step().optimized());
}

double distance(const NamedTensors& a, const NamedTensors& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += (a[i].second - b[i].second).square().sum().item<double>();
  }
  return std::sqrt(sum);
}

TEST(RoundedTraining, LosesAsMuchAsItHasFewerDigitsAndKeepsFloatWeights) {
  const auto exact = trained(53);
  const auto single = trained(24);
  const auto half = trained(11);
  EXPECT_GT(distance(single, exact), 0.0);
  EXPECT_GT(distance(half, exact), 5 * distance(single, exact));
  for (const auto& entry : half) {
    EXPECT_TRUE(torch::equal(entry.second, rounded(entry.second, 24))) << entry.first;
  }
  // The working copy was rounded, the optimizer's weights were not.
  const auto& weight = half.front().second;
  EXPECT_FALSE(torch::equal(weight, rounded(weight, 11)));
}

}  // namespace
}  // namespace harness
