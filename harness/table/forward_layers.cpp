#include "harness/table/forward_layers.h"

#include <string_view>

#include <fmt/format.h>

namespace harness {
namespace {

constexpr std::size_t kConvolutionRank = 4;

/// "a.b" of "a.b.weight".
std::string module_of(const std::string& tensor) {
  return tensor.substr(0, tensor.rfind('.'));
}

/// Whether the backbone has stopped before this tensor's stage.
bool is_unread(std::string_view tensor, const ModelSpec& spec) {
  constexpr std::string_view kLayer = "backbone.layer";
  if (!tensor.starts_with(kLayer)) return false;
  return tensor[kLayer.size()] - '1' > spec.decode_head.in_index;
}

void add_pooling(const std::string& module, ForwardLayers& layers) {
  layers.others.insert(module + ".0");
  layers.others.insert(module + ".resize");
}

void add_head(const ModelSpec::Head& head, ForwardLayers& layers) {
  if (head.type == "PSPHead") {
    for (std::size_t i = 0; i < head.pool_scales.size(); ++i) {
      add_pooling(fmt::format("decode_head.psp_modules.{}", i), layers);
    }
  }
  const bool is_separable = head.type == "DepthwiseSeparableASPPHead";
  if (is_separable || head.type == "ASPPHead") add_pooling("decode_head.image_pool", layers);
  if (is_separable && head.c1_in_channels > 0) layers.others.insert("decode_head.resize");
}

}  // namespace

ForwardLayers forward_layers(const ModelSpec& spec) {
  ForwardLayers layers;
  for (const auto& tensor : state_dict_layout(spec)) {
    if (tensor.name.starts_with("auxiliary_head.") || is_unread(tensor.name, spec)) continue;
    const std::string module = module_of(tensor.name);
    if (tensor.shape.size() == kConvolutionRank) layers.convolutions.insert(module);
    if (tensor.kind == TensorSpec::Kind::kCounter) layers.others.insert(module);
    // The block's last convolution, after which its input is added.
    const bool is_last = module.starts_with("backbone.layer") && module.ends_with(".conv3");
    if (is_last) layers.others.insert(module_of(module) + ".add");
  }
  layers.others.insert("backbone.maxpool");
  add_head(spec.decode_head, layers);
  return layers;
}

}  // namespace harness
