#include "models/conv_module.h"

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include "models/fused_inference.h"
#include "models/weight_init.h"

namespace models {
namespace nn = torch::nn;

ConvModuleImpl::ConvModuleImpl(nn::Conv2dOptions options) {
  conv_ = register_module("conv", nn::Conv2d(options.bias(false)));
  bn_ = register_module("bn", nn::BatchNorm2d(options.out_channels()));
  init_kaiming(*conv_);
  init_norm(*bn_);
}

torch::Tensor ConvModuleImpl::forward(const torch::Tensor& input) {
  return conv_norm_relu(*conv_, *bn_, input);
}

}  // namespace models
