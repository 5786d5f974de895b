#include "harness/precision/sgd.h"

#include <vector>

#include <gtest/gtest.h>
#include <torch/optim/sgd.h>

namespace harness {
namespace {

TEST(Sgd, DecaysEverythingAndKeepsMomentumWithoutDampening) {
  auto weights = torch::tensor({1.0, -2.0}, torch::kDouble);
  Sgd sgd({.momentum = 0.5, .weight_decay = 0.25});
  auto gradients = torch::tensor({0.5, 1.0}, torch::kDouble);
  sgd.step(weights, gradients, 0.5);
  // g = {0.5 + 0.25, 1 - 0.5}; m = g; w = {1 - 0.375, -2 - 0.25}.
  EXPECT_TRUE(torch::equal(weights, torch::tensor({0.625, -2.25}, torch::kDouble)));
  gradients = torch::zeros({2}, torch::kDouble);
  sgd.step(weights, gradients, 1.0);
  // g = {0.15625, -0.5625}; m = {0.375 + 0.15625, 0.25 - 0.5625}.
  EXPECT_TRUE(
      torch::equal(sgd.momentum_buffer(), torch::tensor({0.53125, -0.3125}, torch::kDouble)));
  EXPECT_TRUE(torch::equal(weights, torch::tensor({0.09375, -1.9375}, torch::kDouble)));
}

TEST(Sgd, HasNoBufferWithoutMomentum) {
  auto weights = torch::ones({1});
  auto gradients = torch::ones({1});
  Sgd sgd({.momentum = 0.0, .weight_decay = 0.0});
  sgd.step(weights, gradients, 0.5);
  EXPECT_EQ(weights.item<float>(), 0.5F);
  EXPECT_FALSE(sgd.momentum_buffer().defined());
}

/// Sizes that end inside and on vector registers and thread chunks.
TEST(Sgd, OverOneBufferIsBitForBitTorchsOverManyTensors) {
  torch::manual_seed(3);
  constexpr int kSteps = 5;
  std::vector<torch::Tensor> parameters, places;
  std::int64_t size = 0;
  const std::vector<std::int64_t> sizes{1, 7, 8, 33, 1000, 65537, 4096 * 3 + 5};
  for (const auto n : sizes) size += (n + 31) / 32 * 32;
  auto weights = torch::zeros({size}), gradients = torch::zeros({size});
  std::int64_t offset = 0;
  for (const auto n : sizes) {
    parameters.push_back(torch::randn({n}).requires_grad_());
    places.push_back(weights.narrow(0, offset, n));
    places.back().copy_(parameters.back().detach());
    offset += (n + 31) / 32 * 32;
  }
  Sgd ours({.momentum = 0.9, .weight_decay = 5e-4});
  torch::optim::SGD theirs(parameters,
                           torch::optim::SGDOptions(0.01).momentum(0.9).weight_decay(5e-4));
  for (int step = 0; step < kSteps; ++step) {
    offset = 0;
    gradients.zero_();
    for (auto& parameter : parameters) {
      parameter.mutable_grad() = torch::randn_like(parameter).mul(0.1);
      gradients.narrow(0, offset, parameter.numel()).copy_(parameter.grad());
      offset += (parameter.numel() + 31) / 32 * 32;
    }
    theirs.step();
    ours.step(weights, gradients, 0.01);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      ASSERT_TRUE(torch::equal(places[i], parameters[i].detach())) << step << " " << sizes[i];
    }
  }
}

}  // namespace
}  // namespace harness
