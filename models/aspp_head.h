#pragma once

#include <vector>

#include <torch/nn/modules/container/any.h>
#include <torch/nn/modules/container/sequential.h>

#include "models/conv_module.h"
#include "models/decode_head.h"

namespace models {

/// Atrous spatial pyramid pooling head (https://arxiv.org/abs/1706.05587): `image_pool` and one
/// convolution for each dilation read the input, `bottleneck` reads them together (mmseg 0.17.0,
/// mmseg/models/decode_heads/aspp_head.py). Dilation 1 is a 1x1 convolution, others are 3x3.
class ASPPHeadImpl : public DecodeHeadImpl {
 public:
  explicit ASPPHeadImpl(const HeadOptions& options);

 protected:
  /// `separable`: dilated branches are depthwise-separable convolutions.
  ASPPHeadImpl(const HeadOptions& options, bool separable);

  torch::Tensor decode(const std::vector<torch::Tensor>& features) override;

 private:
  torch::Tensor pyramid(const torch::Tensor& input);
  void add_branches(bool separable);

  ConvModule image_conv_{nullptr};
  torch::nn::Sequential image_pool_{nullptr};
  std::vector<torch::nn::AnyModule> branches_;
  ConvModule bottleneck_{nullptr};
};
TORCH_MODULE(ASPPHead);

}  // namespace models
