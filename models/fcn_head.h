#pragma once

#include <vector>

#include "models/conv_module.h"
#include "models/decode_head.h"

namespace models {

/// Fully convolutional head (https://arxiv.org/abs/1411.4038), also the auxiliary head of all rows:
/// `convs`, then, with concat_input, `conv_cat` on the input and their result together (mmseg
/// 0.17.0, mmseg/models/decode_heads/fcn_head.py).
class FCNHeadImpl : public DecodeHeadImpl {
 public:
  /// Throws c10::Error when there is no convolution and channels differ from in_channels.
  explicit FCNHeadImpl(const HeadOptions& options);

 protected:
  torch::Tensor decode(const std::vector<torch::Tensor>& features) override;

 private:
  std::vector<ConvModule> convs_;
  ConvModule conv_cat_{nullptr};
};
TORCH_MODULE(FCNHead);

}  // namespace models
