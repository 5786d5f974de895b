#include "models/weight_init.h"

#include <torch/nn/init.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

namespace models {

void init_kaiming(torch::nn::Conv2dImpl& convolution) {
  torch::nn::init::kaiming_normal_(convolution.weight, /*a=*/0, torch::kFanOut, torch::kReLU);
  if (convolution.bias.defined()) torch::nn::init::constant_(convolution.bias, 0);
}

void init_classifier(torch::nn::Conv2dImpl& convolution) {
  torch::nn::init::normal_(convolution.weight, /*mean=*/0, /*std=*/0.01);
  if (convolution.bias.defined()) torch::nn::init::constant_(convolution.bias, 0);
}

void init_norm(torch::nn::BatchNorm2dImpl& norm, double weight) {
  torch::nn::init::constant_(norm.weight, weight);
  torch::nn::init::constant_(norm.bias, 0);
}

}  // namespace models
