#pragma once

#include <vector>

#include "models/aspp_head.h"
#include "models/depthwise_separable_conv_module.h"

namespace models {

/// DeepLabV3+ head (https://arxiv.org/abs/1802.02611): ASPP with separable dilated branches,
/// resized to the first stage's map, joined with it (through `c1_bottleneck`) and refined by two
/// separable convolutions `sep_bottleneck` (mmseg 0.17.0,
/// mmseg/models/decode_heads/sep_aspp_head.py).
class DepthwiseSeparableASPPHeadImpl : public ASPPHeadImpl {
 public:
  explicit DepthwiseSeparableASPPHeadImpl(const HeadOptions& options);

  std::vector<int64_t> feature_indices() const override;

 protected:
  torch::Tensor decode(const std::vector<torch::Tensor>& features) override;

 private:
  ConvModule c1_bottleneck_{nullptr};
  DepthwiseSeparableConvModule first_{nullptr};
  DepthwiseSeparableConvModule second_{nullptr};
};
TORCH_MODULE(DepthwiseSeparableASPPHead);

}  // namespace models
