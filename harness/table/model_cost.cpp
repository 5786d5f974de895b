#include "harness/table/model_cost.h"

#include <array>
#include <charconv>
#include <string_view>

namespace harness {
namespace {

constexpr std::size_t kStages = 4;
constexpr std::size_t kConvolutionRank = 4;
/// The stem's three convolutions halve the image once, its pooling halves it again.
constexpr std::int64_t kStemStride = 2;

struct Area {
  std::int64_t height = 0;
  std::int64_t width = 0;

  std::int64_t pixels() const { return height * width; }
};

/// Padding is half the kernel's extent everywhere: sides are divided by the stride and rounded up.
Area strided(const Area& area, std::int64_t stride) {
  return {(area.height + stride - 1) / stride, (area.width + stride - 1) / stride};
}

/// What the layers of one image compute.
struct Maps {
  Area stem;
  Area pooled;
  std::array<Area, kStages> stages;
};

Maps maps_of(const ModelSpec::Backbone& backbone, const Area& image) {
  Maps maps;
  maps.stem = strided(image, kStemStride);
  maps.pooled = strided(maps.stem, kStemStride);
  Area area = maps.pooled;
  for (std::size_t stage = 0; stage < kStages; ++stage) {
    area = strided(area, backbone.strides.at(stage));
    maps.stages.at(stage) = area;
  }
  return maps;
}

bool fuses_first_stage(const ModelSpec::Head& head) {
  return head.type == "DepthwiseSeparableASPPHead" && head.c1_in_channels > 0;
}

Area head_input(const ModelSpec::Head& head, const Maps& maps) {
  return maps.stages.at(static_cast<std::size_t>(head.in_index));
}

Area logits_of(const ModelSpec::Head& head, const Maps& maps) {
  return fuses_first_stage(head) ? maps.stages.front() : head_input(head, maps);
}

/// The number that follows `prefix` in `name`: a layer's or a module's.
std::size_t number_after(std::string_view prefix, std::string_view name) {
  std::size_t number = 0;
  std::from_chars(name.data() + prefix.size(), name.data() + name.size(), number);
  return number;
}

/// Pixels of what a layer of the backbone computes.
std::int64_t backbone_pixels(std::string_view name, const ModelSpec& spec, const Maps& maps) {
  constexpr std::string_view kLayer = "backbone.layer";
  if (!name.starts_with(kLayer)) return maps.stem.pixels();
  const std::size_t stage = number_after(kLayer, name) - 1;
  // The backbone stops at the last stage that the head reads.
  if (stage > static_cast<std::size_t>(spec.decode_head.in_index)) return 0;
  const Area before = stage == 0 ? maps.pooled : maps.stages.at(stage - 1);
  // The stride is that of a block's second convolution.
  return (name.ends_with(".0.conv1.weight") ? before : maps.stages.at(stage)).pixels();
}

std::int64_t head_pixels(std::string_view name, const ModelSpec::Head& head, const Maps& maps) {
  constexpr std::string_view kPyramid = "decode_head.psp_modules.";
  if (name.starts_with(kPyramid)) {
    const std::int64_t scale = head.pool_scales.at(number_after(kPyramid, name));
    return scale * scale;
  }
  if (name.starts_with("decode_head.image_pool.")) return 1;
  for (const std::string_view last : {"conv_seg.", "c1_bottleneck.", "sep_bottleneck."}) {
    if (name.substr(std::string_view("decode_head.").size()).starts_with(last)) {
      return logits_of(head, maps).pixels();
    }
  }
  return head_input(head, maps).pixels();
}

std::int64_t pixels_of(std::string_view name, const ModelSpec& spec, const Maps& maps) {
  if (name.starts_with("auxiliary_head.")) return 0;
  return name.starts_with("backbone.") ? backbone_pixels(name, spec, maps)
                                       : head_pixels(name, spec.decode_head, maps);
}

std::int64_t elements_of(const TensorSpec& tensor) {
  std::int64_t elements = 1;
  for (const auto side : tensor.shape) elements *= side;
  return elements;
}

bool is_buffer(const TensorSpec& tensor) {
  return tensor.kind == TensorSpec::Kind::kCounter || tensor.name.ends_with(".running_mean") ||
         tensor.name.ends_with(".running_var");
}

std::int64_t element_bytes(TensorSpec::Kind kind, const PolicyFacts& policy) {
  if (kind == TensorSpec::Kind::kCounter) return sizeof(std::int64_t);
  return bytes_of(kind == TensorSpec::Kind::kNorm ? policy.norm : policy.weights);
}

}  // namespace

std::int64_t bytes_of(ElementType type) noexcept {
  switch (type) {
    case ElementType::kFloat16:
    case ElementType::kBfloat16:
      return 2;
    case ElementType::kFloat32:
      return 4;
    case ElementType::kFloat64:
      break;
  }
  return 8;
}

std::int64_t parameter_count(const ModelSpec& spec) {
  std::int64_t count = 0;
  for (const auto& tensor : state_dict_layout(spec)) {
    if (!is_buffer(tensor)) count += elements_of(tensor);
  }
  return count;
}

StateBytes state_bytes(const ModelSpec& spec, Policy policy) {
  StateBytes bytes;
  for (const auto& tensor : state_dict_layout(spec)) {
    const std::int64_t size = elements_of(tensor) * element_bytes(tensor.kind, facts(policy));
    bytes.all += size;
    ++bytes.tensors;
    if (is_buffer(tensor)) bytes.buffers += size;
  }
  return bytes;
}

KeptElements kept_elements(const ModelSpec& spec, std::int64_t height, std::int64_t width) {
  const Maps maps = maps_of(spec.backbone, {height, width});
  KeptElements kept;
  for (const auto& tensor : state_dict_layout(spec)) {
    // The last layer of a head is the only convolution without a norm.
    const bool is_last = tensor.name.find(".conv_seg.") != std::string::npos;
    if (tensor.shape.size() != kConvolutionRank || is_last) continue;
    const bool is_auxiliary = tensor.name.starts_with("auxiliary_head.");
    const std::int64_t pixels = is_auxiliary ? head_input(spec.auxiliary_head, maps).pixels()
                                             : pixels_of(tensor.name, spec, maps);
    const std::int64_t results = tensor.shape.front() * pixels;
    kept.normalized += results;
    kept.norm_channels += tensor.shape.front();
    if (tensor.name.find(".downsample.") == std::string::npos) kept.activated += results;
  }
  const auto& decode = spec.decode_head;
  kept.loss = height * width * decode.num_classes;
  kept.decode_logits = logits_of(decode, maps).pixels() * decode.num_classes;
  if (!spec.has_auxiliary_head) return kept;
  const auto& auxiliary = spec.auxiliary_head;
  kept.loss += height * width * auxiliary.num_classes;
  kept.auxiliary_logits = head_input(auxiliary, maps).pixels() * auxiliary.num_classes;
  return kept;
}

ForwardCost forward_cost(const ModelSpec& spec, std::int64_t height, std::int64_t width) {
  const Maps maps = maps_of(spec.backbone, {height, width});
  ForwardCost cost;
  for (const auto& tensor : state_dict_layout(spec)) {
    if (tensor.shape.size() != kConvolutionRank) continue;
    const std::int64_t pixels = pixels_of(tensor.name, spec, maps);
    if (pixels == 0) continue;
    ++cost.convolutions;
    // An element of the weight is multiplied once for each pixel of the result.
    cost.convolution_flops +=
        2.0 * static_cast<double>(elements_of(tensor)) * static_cast<double>(pixels);
  }
  cost.logits_elements = spec.decode_head.num_classes * logits_of(spec.decode_head, maps).pixels();
  return cost;
}

}  // namespace harness
