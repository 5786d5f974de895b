#include "harness/precision/policy.h"

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>

#include "harness/precision/dtype_name.h"

namespace harness {
namespace {

torch::ScalarType output_dtype(Policy policy) {
  torch::nn::Conv2d conv(torch::nn::Conv2dOptions(1, 1, 1));
  apply_for_inference(*conv, policy);
  const AutocastScope scope(policy, torch::kCPU);
  return conv->forward(torch::ones({1, 1, 2, 2}, input_dtype(policy))).scalar_type();
}

TEST(Policy, GivesConvolutionsItsDtype) {
  EXPECT_EQ(output_dtype(Policy::kFp32), torch::kFloat);
  EXPECT_EQ(output_dtype(Policy::kFp64), torch::kDouble);
  EXPECT_EQ(output_dtype(Policy::kFp16Master), torch::kHalf);
  EXPECT_EQ(output_dtype(Policy::kFp16Amp), torch::kHalf);
  EXPECT_EQ(output_dtype(Policy::kBf16Amp), torch::kBFloat16);
}

TEST(Policy, EveryPolicyComputesInTheTypeOfItsTable) {
  for (const auto& policy : policies()) {
    EXPECT_EQ(dtype_name(output_dtype(policy.policy)), to_string(policy.compute)) << policy.name;
  }
}

TEST(Policy, MasterKeepsNormsInFloatAndAmpKeepsEverythingInFloat) {
  torch::nn::Sequential model(torch::nn::Conv2d(torch::nn::Conv2dOptions(1, 1, 1)),
                              torch::nn::BatchNorm2d(1));
  apply_for_inference(*model, Policy::kFp16Master);
  EXPECT_EQ(model->parameters()[0].scalar_type(), torch::kHalf);
  EXPECT_EQ(model->parameters()[2].scalar_type(), torch::kFloat);
  apply_for_inference(*model, Policy::kFp16Amp);
  EXPECT_EQ(model->parameters()[0].scalar_type(), torch::kFloat);
}

TEST(AutocastScope, PutsBackWhatWasThere) {
  at::autocast::set_autocast_dtype(torch::kCPU, torch::kBFloat16);
  {
    const AutocastScope outer(Policy::kFp16Amp, torch::kCPU);
    {
      const AutocastScope inner(Policy::kFp32, torch::kCPU);
      EXPECT_FALSE(at::autocast::is_autocast_enabled(torch::kCPU));
    }
    EXPECT_TRUE(at::autocast::is_autocast_enabled(torch::kCPU));
    EXPECT_EQ(at::autocast::get_autocast_dtype(torch::kCPU), torch::kHalf);
  }
  EXPECT_FALSE(at::autocast::is_autocast_enabled(torch::kCPU));
  EXPECT_EQ(at::autocast::get_autocast_dtype(torch::kCPU), torch::kBFloat16);
}

TEST(AutocastScope, ForgetsCastWeightsWhenItEnds) {
  torch::nn::Conv2d conv(torch::nn::Conv2dOptions(1, 1, 1).bias(false));
  const auto run = [&conv] {
    const AutocastScope scope(Policy::kFp16Amp, torch::kCPU);
    return conv->forward(torch::ones({1, 1, 1, 1})).item<float>();
  };
  conv->weight.data().fill_(1);
  EXPECT_EQ(run(), 1.0F);
  conv->weight.data().fill_(2);
  EXPECT_EQ(run(), 2.0F);
}

TEST(ExactFp32, TurnsOffEveryShortcut) {
  auto& context = at::globalContext();
  context.setAllowTF32CuBLAS(true);
  context.setAllowTF32CuDNN(true);
  context.setBenchmarkCuDNN(true);
  use_exact_fp32();
  EXPECT_FALSE(context.allowTF32CuBLAS());
  EXPECT_FALSE(context.allowTF32CuDNN());
  EXPECT_EQ(context.float32MatmulPrecision(), at::Float32MatmulPrecision::HIGHEST);
  EXPECT_FALSE(context.benchmarkCuDNN());
  EXPECT_TRUE(context.deterministicCuDNN());
}

}  // namespace
}  // namespace harness
