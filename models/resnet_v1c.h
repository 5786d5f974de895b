#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "models/bottleneck.h"

namespace models {

/// Defaults: mmseg 0.17.0, configs/_base_/models/*_r50-d8.py with depth 101.
struct ResNetV1cOptions {
  int64_t depth = 101;  ///< 50, 101 or 152.
  int64_t in_channels = 3;
  int64_t stem_channels = 64;
  int64_t base_channels = 64;  ///< Planes of the first stage; each next stage has twice as many.
  std::vector<int64_t> strides = {1, 2, 1, 1};    ///< One for each stage, four at most.
  std::vector<int64_t> dilations = {1, 1, 2, 4};  ///< As many as strides.
  bool contract_dilation = true;   ///< The first block of a dilated stage has half the dilation.
  bool zero_init_residual = true;  ///< Matters only where no pretrained backbone is loaded.
};

/// ResNet with a stem of three 3x3 convolutions (mmseg 0.17.0, mmseg/models/backbones/resnet.py).
/// Children in its order: stem.{0..8}, layer{1..4}.{block}.
class ResNetV1cImpl : public torch::nn::Module {
 public:
  /// Throws c10::Error for another depth, or where strides and dilations differ in number.
  explicit ResNetV1cImpl(const ResNetV1cOptions& options = {});

  /// image: {N, in_channels, H, W}. Returns one feature map for each stage, the first at stride 4.
  /// wanted: stages whose features the caller needs; the others are undefined tensors and their
  /// memory is given back, and stages behind the last wanted one are not run. Maps may be opaque
  /// (fused_inference.h).
  std::vector<torch::Tensor> forward(const torch::Tensor& image,
                                     const std::vector<int64_t>& wanted = {0, 1, 2, 3});

 private:
  torch::Tensor run_stem(const torch::Tensor& image);
  void add_stage(size_t index, int64_t blocks, int64_t in_channels);

  ResNetV1cOptions options_;
  std::array<torch::nn::Conv2d, 3> stem_convs_{nullptr, nullptr, nullptr};
  std::array<torch::nn::BatchNorm2d, 3> stem_norms_{nullptr, nullptr, nullptr};
  std::vector<std::vector<Bottleneck>> stages_;
};
TORCH_MODULE(ResNetV1c);

}  // namespace models
