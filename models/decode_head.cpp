#include "models/decode_head.h"

#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>

#include "models/activation_observer.h"
#include "models/blocked_map.h"
#include "models/weight_init.h"

namespace models {
namespace nn = torch::nn;

DecodeHeadImpl::DecodeHeadImpl(const HeadOptions& options) : options_(options) {
  conv_seg_ = register_module(
      "conv_seg", nn::Conv2d(nn::Conv2dOptions(options.channels, options.num_classes, 1)));
  dropout_ = register_module("dropout", nn::Dropout2d(options.dropout_ratio));
  init_classifier(*conv_seg_);
}

torch::Tensor DecodeHeadImpl::forward(const std::vector<torch::Tensor>& features) {
  return run_observed(*conv_seg_, dropout_->forward(usual(decode(features))));
}

std::vector<int64_t> DecodeHeadImpl::feature_indices() const {
  return {options_.in_index};
}

torch::Tensor DecodeHeadImpl::usual(const torch::Tensor& map) const {
  return to_usual(map, conv_seg_->weight.scalar_type());
}

const torch::Tensor& DecodeHeadImpl::select(const std::vector<torch::Tensor>& features,
                                            int64_t index, int64_t channels) {
  TORCH_CHECK(index >= 0 && index < static_cast<int64_t>(features.size()),
              "head: expected a feature map with index ", index, ", got ", features.size(),
              " maps");
  const auto& map = features[static_cast<size_t>(index)];
  TORCH_CHECK(map.defined(), "head: feature map ", index, " was not computed");
  TORCH_CHECK(map.dim() == 4 && map.size(1) == channels, "head: expected feature map ", index,
              " to be {N, ", channels, ", h, w}, got ", map.sizes());
  return map;
}

const torch::Tensor& DecodeHeadImpl::input_of(const std::vector<torch::Tensor>& features) const {
  return select(features, options_.in_index, options_.in_channels);
}

}  // namespace models
