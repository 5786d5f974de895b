#pragma once

#include <string>
#include <variant>
#include <vector>

#include <torch/nn/module.h>
#include <torch/nn/modules/conv.h>
#include <torch/types.h>

#include "models/activation_observer.h"
#include "models/encoder_decoder.h"
#include "models/state_dict.h"

namespace models {

/// What a test asks about a convolution; sizes are those along the height.
struct ConvFacts {
  int64_t in_channels, out_channels, groups, kernel_size, stride, padding, dilation;
};

/// The convolution at a dotted path. Throws c10::Error when there is none.
inline ConvFacts conv_at(const torch::nn::Module& root, const std::string& path) {
  const auto modules = root.named_modules("", /*include_self=*/false);
  const auto* found = modules.find(path);
  TORCH_CHECK(found != nullptr, "no module ", path);
  const auto* conv = (*found)->as<torch::nn::Conv2d>();
  TORCH_CHECK(conv != nullptr, path, " is no convolution");
  const auto& options = conv->options;
  const auto padding = std::get<torch::ExpandingArray<2>>(options.padding());
  return {options.in_channels(),        options.out_channels(),  options.groups(),
          options.kernel_size()->at(0), options.stride()->at(0), padding->at(0),
          options.dilation()->at(0)};
}

inline std::vector<std::string> keys_of(const torch::nn::Module& module) {
  std::vector<std::string> keys;
  for (const auto& entry : state_dict(module)) keys.push_back(entry.first);
  return keys;
}

/// The tensor of that name in the module's state dict, to read or to write.
inline torch::Tensor tensor_at(const torch::nn::Module& module, const std::string& key) {
  for (const auto& [name, tensor] : state_dict(module)) {
    if (name == key) return tensor.detach();
  }
  TORCH_CHECK(false, "no tensor ", key);
}

/// Writes down the names of what it sees.
struct RecordingObserver : ActivationObserver {
  void observe(std::string_view layer, const torch::Tensor& activation) override {
    layers.emplace_back(layer);
    last = activation.clone();
  }
  void observe_conv_input(std::string_view layer, const torch::Tensor& input) override {
    conv_inputs.emplace_back(layer);
    conv_input_dtypes.push_back(input.scalar_type());
  }
  std::vector<std::string> layers;
  std::vector<std::string> conv_inputs;
  std::vector<torch::ScalarType> conv_input_dtypes;
  torch::Tensor last;
};

/// A model small enough for a unit test: ResNetV1c-50 of width 2 and heads of 4 channels.
inline EncoderDecoderOptions tiny_model(const std::string& head_type) {
  EncoderDecoderOptions options;
  options.backbone.depth = 50;
  options.backbone.stem_channels = 4;
  options.backbone.base_channels = 2;
  options.decode_head.type = head_type;
  options.decode_head.in_channels = 64;
  options.decode_head.channels = 4;
  options.decode_head.num_classes = 5;
  options.decode_head.c1_in_channels = 8;
  options.decode_head.c1_channels = 3;
  options.auxiliary_head->in_channels = 32;
  options.auxiliary_head->channels = 4;
  options.auxiliary_head->num_classes = 5;
  return options;
}

/// Feature maps of the tiny model's backbone for a 32x48 image.
inline std::vector<torch::Tensor> tiny_features() {
  return {torch::randn({2, 8, 8, 12}), torch::randn({2, 16, 4, 6}), torch::randn({2, 32, 4, 6}),
          torch::randn({2, 64, 4, 6})};
}

}  // namespace models
