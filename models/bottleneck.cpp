#include "models/bottleneck.h"

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>

#include "models/activation_observer.h"
#include "models/fused_inference.h"
#include "models/weight_init.h"

namespace models {
namespace nn = torch::nn;
namespace {

nn::Conv2d make_conv(nn::Conv2dOptions options) {
  nn::Conv2d conv(options.bias(false));
  init_kaiming(*conv);
  return conv;
}

}  // namespace

BottleneckImpl::BottleneckImpl(const BottleneckOptions& options) {
  const auto planes = options.planes;
  const auto out_channels = planes * kExpansion;
  conv1_ = register_module("conv1", make_conv(nn::Conv2dOptions(options.in_channels, planes, 1)));
  bn1_ = register_module("bn1", nn::BatchNorm2d(planes));
  conv2_ = register_module("conv2", make_conv(nn::Conv2dOptions(planes, planes, 3)
                                                  .stride(options.stride)
                                                  .padding(options.dilation)
                                                  .dilation(options.dilation)));
  bn2_ = register_module("bn2", nn::BatchNorm2d(planes));
  conv3_ = register_module("conv3", make_conv(nn::Conv2dOptions(planes, out_channels, 1)));
  bn3_ = register_module("bn3", nn::BatchNorm2d(out_channels));
  if (!options.downsample) return;
  downsample_conv_ =
      make_conv(nn::Conv2dOptions(options.in_channels, out_channels, 1).stride(options.stride));
  downsample_bn_ = nn::BatchNorm2d(out_channels);
  register_module("downsample", nn::Sequential(downsample_conv_, downsample_bn_));
}

torch::Tensor BottleneckImpl::narrow_part(const torch::Tensor& input) {
  return conv_norm_relu(*conv2_, *bn2_, conv_norm_relu(*conv1_, *bn1_, input));
}

torch::Tensor BottleneckImpl::residual(const torch::Tensor& input) {
  return run_observed(*bn3_, run_observed(*conv3_, narrow_part(input)));
}

torch::Tensor BottleneckImpl::forward_fused(const torch::Tensor& input) {
  const auto identity = downsample_conv_.is_empty()
                            ? input
                            : fused_conv_norm(*downsample_conv_, *downsample_bn_, input);
  return fused_conv_norm_add_relu(*conv3_, *bn3_, narrow_part(input), identity);
}

torch::Tensor BottleneckImpl::forward(const torch::Tensor& input) {
  if (is_fused(*conv3_, *bn3_, input)) return forward_fused(input);
  auto sum = residual(input);
  if (downsample_conv_.is_empty()) {
    sum += input;
  } else {
    sum += run_observed(*downsample_bn_, run_observed(*downsample_conv_, input));
  }
  observe(*this, "add", sum);
  return sum.relu_();
}

void BottleneckImpl::init_residual(double weight) {
  init_norm(*bn3_, weight);
}

}  // namespace models
