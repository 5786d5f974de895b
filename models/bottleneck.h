#pragma once

#include <cstdint>

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

namespace models {

struct BottleneckOptions {
  int64_t in_channels = 0;
  int64_t planes = 0;  ///< Channels inside the block; it gives 4 times as many.
  int64_t stride = 1;
  int64_t dilation = 1;
  bool downsample = false;  ///< The identity passes a 1x1 convolution with the block's stride.
};

/// Residual block 1x1, 3x3, 1x1 of mmseg 0.17.0 mmseg/models/backbones/resnet.py with style
/// "pytorch": stride and dilation are those of the 3x3 convolution. Children in its order: conv1,
/// bn1, conv2, bn2, conv3, bn3, downsample.0, downsample.1.
class BottleneckImpl : public torch::nn::Module {
 public:
  static constexpr int64_t kExpansion = 4;

  explicit BottleneckImpl(const BottleneckOptions& options);

  /// {N, in_channels, h, w} -> {N, 4 * planes, h / stride, w / stride}. Both may be opaque
  /// (fused_inference.h).
  torch::Tensor forward(const torch::Tensor& input);

  /// The last norm's weight: 0 makes the block an identity at the start (zero_init_residual).
  void init_residual(double weight);

 private:
  torch::Tensor forward_fused(const torch::Tensor& input);
  /// Up to the last convolution.
  torch::Tensor narrow_part(const torch::Tensor& input);
  torch::Tensor residual(const torch::Tensor& input);

  torch::nn::Conv2d conv1_{nullptr};
  torch::nn::BatchNorm2d bn1_{nullptr};
  torch::nn::Conv2d conv2_{nullptr};
  torch::nn::BatchNorm2d bn2_{nullptr};
  torch::nn::Conv2d conv3_{nullptr};
  torch::nn::BatchNorm2d bn3_{nullptr};
  torch::nn::Conv2d downsample_conv_{nullptr};
  torch::nn::BatchNorm2d downsample_bn_{nullptr};
};
TORCH_MODULE(Bottleneck);

}  // namespace models
