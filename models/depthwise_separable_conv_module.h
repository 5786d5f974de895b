#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "models/conv_module.h"

namespace models {

/// A convolution of each channel by itself, then a 1x1 convolution across channels, each with batch
/// norm and ReLU. Children: `depthwise_conv`, `pointwise_conv` (mmcv 1.3.14,
/// mmcv/cnn/bricks/depthwise_separable_conv_module.py).
class DepthwiseSeparableConvModuleImpl : public torch::nn::Module {
 public:
  /// options: the convolution as if it were dense; its groups are overridden.
  explicit DepthwiseSeparableConvModuleImpl(const torch::nn::Conv2dOptions& options);

  torch::Tensor forward(const torch::Tensor& input);

 private:
  ConvModule depthwise_conv_{nullptr};
  ConvModule pointwise_conv_{nullptr};
  bool is_dilated_ = false;
};
TORCH_MODULE(DepthwiseSeparableConvModule);

}  // namespace models
