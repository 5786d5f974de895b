#include "models/conv_module.h"

#include <gmock/gmock.h>
#include <torch/nn/modules/conv.h>

#include "models/test_support.h"

namespace models {
namespace {

using testing::ElementsAre;
namespace nn = torch::nn;

TEST(ConvModule, HasMmcvsNamesAndNoConvolutionBias) {
  EXPECT_THAT(keys_of(*ConvModule(nn::Conv2dOptions(3, 2, 1).bias(true))),
              ElementsAre("conv.weight", "bn.weight", "bn.bias", "bn.running_mean",
                          "bn.running_var", "bn.num_batches_tracked"));
}

TEST(ConvModule, ConvolvesThenNormalisesThenClipsAtZero) {
  ConvModule module(nn::Conv2dOptions(1, 2, 1));
  module->eval();
  tensor_at(*module, "conv.weight").copy_(torch::tensor({2.0, -2.0}).reshape({2, 1, 1, 1}));
  tensor_at(*module, "bn.running_mean").fill_(4);
  tensor_at(*module, "bn.running_var").fill_(4 - 1e-5);
  tensor_at(*module, "bn.weight").fill_(10);
  tensor_at(*module, "bn.bias").fill_(1);
  const auto output = module->forward(torch::full({1, 1, 1, 1}, 3.0));
  // Channel 0: (2 * 3 - 4) / 2 * 10 + 1 = 11; channel 1: (-6 - 4) / 2 * 10 + 1 < 0.
  EXPECT_NEAR(output[0][0].item<double>(), 11.0, 1e-5);
  EXPECT_EQ(output[0][1].item<double>(), 0.0);
}

TEST(ConvModule, TracksStatisticsWithPyTorchsMomentum) {
  ConvModule module(nn::Conv2dOptions(1, 1, 1));
  tensor_at(*module, "conv.weight").fill_(1);
  module->forward(torch::full({2, 1, 2, 2}, 5.0));
  EXPECT_NEAR(tensor_at(*module, "bn.running_mean").item<double>(), 0.5, 1e-6);
  EXPECT_NEAR(tensor_at(*module, "bn.running_var").item<double>(), 0.9, 1e-6);
  EXPECT_EQ(tensor_at(*module, "bn.num_batches_tracked").item<int64_t>(), 1);
}

TEST(ConvModule, LeavesItsInputAsItWas) {
  ConvModule module(nn::Conv2dOptions(2, 2, 1));
  const auto input = torch::randn({2, 2, 4, 4});
  const auto before = input.clone();
  module->forward(input);
  EXPECT_TRUE(torch::equal(input, before));
}

}  // namespace
}  // namespace models
