#include "models/conv_module.h"

#include "models/activation_observer.h"
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
  return run_observed(*bn_, run_observed(*conv_, input)).relu_();
}

}  // namespace models
