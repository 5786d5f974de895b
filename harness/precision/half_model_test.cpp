#include "harness/precision/half_model.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/normalization.h>

namespace harness {
namespace {

namespace nn = torch::nn;

/// A convolution, and deeper down a batch norm and a group norm.
nn::ModuleList small_module() {
  return nn::ModuleList(nn::Conv2d(nn::Conv2dOptions(2, 2, 1)),
                        nn::ModuleList(nn::BatchNorm2d(2), nn::GroupNorm(1, 2)));
}

torch::ScalarType dtype_of(const nn::ModuleList& module, const std::string& key) {
  const auto parameters = module->named_parameters();
  if (const auto* found = parameters.find(key)) return found->scalar_type();
  return module->named_buffers()[key].scalar_type();
}

TEST(HalfModel, KeepsNormsInFloatWhereverTheyAre) {
  auto module = small_module();
  cast_keeping_norm(*module, torch::kHalf, torch::kFloat);
  EXPECT_EQ(dtype_of(module, "0.weight"), torch::kHalf);
  EXPECT_EQ(dtype_of(module, "0.bias"), torch::kHalf);
  EXPECT_EQ(dtype_of(module, "1.0.weight"), torch::kFloat);
  EXPECT_EQ(dtype_of(module, "1.0.running_var"), torch::kFloat);
  EXPECT_EQ(dtype_of(module, "1.1.bias"), torch::kFloat);
}

TEST(HalfModel, LeavesIntegerCountersAlone) {
  auto module = small_module();
  cast_keeping_norm(*module, torch::kHalf, torch::kFloat);
  EXPECT_EQ(dtype_of(module, "1.0.num_batches_tracked"), torch::kLong);
  cast_floating(*module, torch::kDouble);
  EXPECT_EQ(dtype_of(module, "1.0.num_batches_tracked"), torch::kLong);
  EXPECT_EQ(dtype_of(module, "1.0.running_mean"), torch::kDouble);
}

TEST(HalfModel, RoundsWhatANormHeldToHalfOnce) {
  auto module = small_module();
  module->named_buffers()["1.0.running_mean"].fill_(1.0 / 3);
  cast_keeping_norm(*module, torch::kHalf, torch::kFloat);
  EXPECT_EQ(module->named_buffers()["1.0.running_mean"][0].item<float>(), 0.333251953125F);
}

TEST(HalfModel, ParametersStayTheSameLeavesThatTrain) {
  auto module = small_module();
  const auto weight = module->named_parameters()["0.weight"];
  cast_keeping_norm(*module, torch::kHalf, torch::kFloat);
  EXPECT_EQ(weight.scalar_type(), torch::kHalf);
  EXPECT_TRUE(weight.requires_grad());
  EXPECT_TRUE(weight.is_leaf());
}

TEST(HalfModel, BatchNormTakesHalfInputWithFloatParameters) {
  nn::BatchNorm2d norm(2);
  cast_keeping_norm(*norm, torch::kHalf, torch::kFloat);
  const auto output = norm->forward(torch::randn({4, 2, 3, 3}).to(torch::kHalf));
  EXPECT_EQ(output.scalar_type(), torch::kHalf);
  EXPECT_EQ(norm->running_mean.scalar_type(), torch::kFloat);
}

}  // namespace
}  // namespace harness
