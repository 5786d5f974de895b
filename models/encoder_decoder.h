#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "models/decode_head.h"
#include "models/resnet_v1c.h"

namespace models {

/// The zoo's auxiliary head: one 3x3 convolution on the third stage's map.
HeadOptions default_auxiliary_head();

struct EncoderDecoderOptions {
  ResNetV1cOptions backbone;
  HeadOptions decode_head;
  std::optional<HeadOptions> auxiliary_head = default_auxiliary_head();
};

/// A segmentor (mmseg 0.17.0, mmseg/models/segmentors/encoder_decoder.py). Children in its order:
/// backbone, decode_head, auxiliary_head.
class EncoderDecoderImpl : public torch::nn::Module {
 public:
  explicit EncoderDecoderImpl(const EncoderDecoderOptions& options = {});

  /// image: {N, 3, H, W}, normalised. Returns the decode head's logits {N, num_classes, h, w}
  /// before any resize. The auxiliary head does not run, and only what the decode head reads is
  /// kept.
  torch::Tensor forward(const torch::Tensor& image);

  /// One map for each backbone stage: what both heads read in training.
  std::vector<torch::Tensor> forward_features(const torch::Tensor& image);
  torch::Tensor forward_decode(const std::vector<torch::Tensor>& features);
  /// Throws c10::Error when there is no auxiliary head.
  torch::Tensor forward_auxiliary(const std::vector<torch::Tensor>& features);

  const HeadOptions& decode_head() const noexcept { return decode_head_->options(); }
  /// Only where there is one.
  const HeadOptions& auxiliary_head() const noexcept { return auxiliary_head_->options(); }
  bool has_auxiliary_head() const noexcept { return auxiliary_head_ != nullptr; }
  ResNetV1c backbone() const { return backbone_; }

 private:
  ResNetV1c backbone_{nullptr};
  std::shared_ptr<DecodeHeadImpl> decode_head_;
  std::shared_ptr<DecodeHeadImpl> auxiliary_head_;
};
TORCH_MODULE(EncoderDecoder);

}  // namespace models
