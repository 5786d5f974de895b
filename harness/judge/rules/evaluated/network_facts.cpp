#include "harness/judge/rules/evaluated/network_facts.h"

#include <algorithm>
#include <vector>

#include "harness/table/model_cost.h"

namespace harness {
namespace {

constexpr std::size_t kKernelDimensions = 4;

/// Takes a kernel {out, in, height, width} into account.
void add_convolution(const TensorSpec& kernel, bool is_backbone, NetworkFacts& facts) {
  facts.longest_sum =
      std::max(facts.longest_sum, kernel.shape[1] * kernel.shape[2] * kernel.shape[3]);
  if (is_backbone) facts.backbone_channels += kernel.shape[0];
}

/// The number of the backbone's stage whose map the decode head computes on: DeepLabV3+ resizes to
/// the first one's.
std::size_t stage_of_logits(const ModelSpec& spec) {
  const auto& head = spec.decode_head;
  const bool has_low_level = head.type == "DepthwiseSeparableASPPHead" && head.c1_in_channels > 0;
  return has_low_level ? 0 : static_cast<std::size_t>(head.in_index);
}

}  // namespace

NetworkFacts network_facts(const ModelSpec& spec) {
  NetworkFacts facts;
  facts.classes = spec.decode_head.num_classes;
  facts.convolutions = forward_cost(spec, 1, 1).convolutions;
  const auto& strides = spec.backbone.strides;
  for (std::size_t stage = stage_of_logits(spec) + 1; stage < strides.size(); ++stage) {
    facts.logits_over_backbone *= strides[stage] * strides[stage];
  }
  for (const auto& tensor : state_dict_layout(spec)) {
    if (tensor.name.starts_with("auxiliary_head.")) continue;
    const bool is_backbone = tensor.name.starts_with("backbone.");
    const bool is_kernel =
        tensor.kind == TensorSpec::Kind::kConvolution && tensor.shape.size() == kKernelDimensions;
    if (is_kernel) add_convolution(tensor, is_backbone, facts);
    if (tensor.kind == TensorSpec::Kind::kCounter) ++facts.norms;
    const bool is_norm_weight =
        tensor.kind == TensorSpec::Kind::kNorm && tensor.name.ends_with(".weight");
    if (is_backbone && is_norm_weight) facts.backbone_channels += tensor.shape[0];
  }
  return facts;
}

}  // namespace harness
