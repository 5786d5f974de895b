#pragma once

#include <cstdint>

#include "harness/table/model_spec.h"

namespace harness {

/// What one forward pass of a row's network must leave behind, from its specification alone and
/// without LibTorch. The auxiliary head takes no part in it; which convolutions run is told by
/// forward_cost().
struct NetworkFacts {
  std::int64_t classes = 0;
  std::int64_t convolutions = 0;
  std::int64_t norms = 0;
  /// Products that one result of a convolution adds up, in the layer that has the most.
  std::int64_t longest_sum = 0;
  /// Results of the backbone's convolutions and norms at one place.
  std::int64_t backbone_channels = 0;
  /// The logits' map has at most as many times the pixels of the backbone's last one.
  std::int64_t logits_over_backbone = 1;
};

/// Throws as state_dict_layout() for a specification that is none.
NetworkFacts network_facts(const ModelSpec& spec);

}  // namespace harness
