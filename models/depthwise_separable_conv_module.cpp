#include "models/depthwise_separable_conv_module.h"

#include <torch/nn/modules/conv.h>

namespace models {
namespace nn = torch::nn;

DepthwiseSeparableConvModuleImpl::DepthwiseSeparableConvModuleImpl(
    const nn::Conv2dOptions& options) {
  const auto channels = options.in_channels();
  is_dilated_ = options.dilation()->at(0) > 1;
  auto depthwise = options;
  depthwise.out_channels(channels).groups(channels);
  depthwise_conv_ = register_module("depthwise_conv", ConvModule(depthwise));
  pointwise_conv_ = register_module(
      "pointwise_conv", ConvModule(nn::Conv2dOptions(channels, options.out_channels(), 1)));
}

torch::Tensor DepthwiseSeparableConvModuleImpl::forward(const torch::Tensor& input) {
  // oneDNN takes twice as long for a dilated depthwise convolution in channels-last layout.
  const auto image = is_dilated_ && !input.is_mkldnn() ? input.contiguous() : input;
  return pointwise_conv_->forward(depthwise_conv_->forward(image));
}

}  // namespace models
