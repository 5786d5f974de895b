#include "models/encoder_decoder.h"

#include "models/blocked_map.h"
#include "models/registry.h"

namespace models {

HeadOptions default_auxiliary_head() {
  HeadOptions options;
  options.in_channels = 1024;
  options.in_index = 2;
  options.channels = 256;
  options.num_convs = 1;
  options.concat_input = false;
  return options;
}

EncoderDecoderImpl::EncoderDecoderImpl(const EncoderDecoderOptions& options) {
  backbone_ = register_module("backbone", ResNetV1c(options.backbone));
  decode_head_ = register_module("decode_head", make_head(options.decode_head));
  if (options.auxiliary_head) {
    auxiliary_head_ = register_module("auxiliary_head", make_head(*options.auxiliary_head));
  }
}

torch::Tensor EncoderDecoderImpl::forward(const torch::Tensor& image) {
  return decode_head_->forward(backbone_->forward(image, decode_head_->feature_indices()));
}

std::vector<torch::Tensor> EncoderDecoderImpl::forward_features(const torch::Tensor& image) {
  auto features = backbone_->forward(image);
  for (auto& map : features) map = to_usual(map, image.scalar_type());
  return features;
}

torch::Tensor EncoderDecoderImpl::forward_decode(const std::vector<torch::Tensor>& features) {
  return decode_head_->forward(features);
}

torch::Tensor EncoderDecoderImpl::forward_auxiliary(const std::vector<torch::Tensor>& features) {
  TORCH_CHECK(auxiliary_head_ != nullptr, "EncoderDecoder: there is no auxiliary head");
  return auxiliary_head_->forward(features);
}

}  // namespace models
