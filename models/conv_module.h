#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

namespace models {

/// Convolution without bias, batch norm, in-place ReLU. Children: `conv`, `bn` (mmcv 1.3.14,
/// mmcv/cnn/bricks/conv_module.py, with norm_cfg BN and the default activation).
class ConvModuleImpl : public torch::nn::Module {
 public:
  /// options.bias() is overridden: the norm makes it superfluous.
  explicit ConvModuleImpl(torch::nn::Conv2dOptions options);

  /// {N, in, h, w} -> {N, out, h', w'} as the convolution's options say. Both may be opaque
  /// (fused_inference.h).
  torch::Tensor forward(const torch::Tensor& input);

 private:
  torch::nn::Conv2d conv_{nullptr};
  torch::nn::BatchNorm2d bn_{nullptr};
};
TORCH_MODULE(ConvModule);

}  // namespace models
