#include "models/bottleneck.h"

#include "models/activation_observer.h"
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

torch::Tensor BottleneckImpl::residual(const torch::Tensor& input) {
  auto x = run_observed(*bn1_, run_observed(*conv1_, input)).relu_();
  x = run_observed(*conv2_, x);
  x = run_observed(*bn2_, x).relu_();
  x = run_observed(*conv3_, x);
  return run_observed(*bn3_, x);
}

torch::Tensor BottleneckImpl::forward(const torch::Tensor& input) {
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
