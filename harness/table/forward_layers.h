#pragma once

#include <set>
#include <string>

#include "harness/table/model_spec.h"

namespace harness {

/// The layers whose results an observer of one forward pass at evaluation sees, by their path in
/// the model (models/activation_observer.h): convolutions, norms, the addition of each block,
/// poolings and resizes. The auxiliary head and stages that no head reads do not run.
struct ForwardLayers {
  std::set<std::string> convolutions;
  std::set<std::string> others;

  bool has(const std::string& layer) const {
    return convolutions.contains(layer) || others.contains(layer);
  }
};

/// Throws as state_dict_layout() for a specification that is none.
ForwardLayers forward_layers(const ModelSpec& spec);

}  // namespace harness
