#pragma once

#include <vector>

#include <torch/nn/modules/container/modulelist.h>

#include "models/conv_module.h"
#include "models/decode_head.h"

namespace models {

/// Pyramid-pooling head (https://arxiv.org/abs/1612.01105): the input and, for each pool scale, its
/// average over a grid of cells, convolved and resized back, go through `bottleneck` (mmseg 0.17.0,
/// mmseg/models/decode_heads/psp_head.py).
class PSPHeadImpl : public DecodeHeadImpl {
 public:
  explicit PSPHeadImpl(const HeadOptions& options);

 protected:
  torch::Tensor decode(const std::vector<torch::Tensor>& features) override;

 private:
  torch::Tensor pyramid(const torch::Tensor& map);

  std::vector<ConvModule> levels_;
  torch::nn::ModuleList psp_modules_{nullptr};
  ConvModule bottleneck_{nullptr};
};
TORCH_MODULE(PSPHead);

}  // namespace models
