#pragma once

#include <string>

#include "harness/base/json.h"
#include "harness/table/model_spec.h"

namespace harness {

/// Is `config_model` the `model` dict of a whole config (it says which segmentor it is)? What such
/// a dict leaves out has the value that MMSegmentation's classes give it.
bool is_whole_config(const Json& config_model);

/// Those facts of a config's `model` dict that determine keys or forward pass, in the form in which
/// a suite states them. Keys that determine neither (losses, initialisation, checkpointing) are
/// left out.
///
/// Throws Error(kInvalidSuite) for what ModelSpec cannot express: another segmentor, backbone or
/// norm layer, deformable convolutions, a neck, several auxiliary heads, a key that is not known.
Json facts_of_config(const Json& config_model, const std::string& subject);

/// What MMSegmentation's classes assume where a config is silent (mmseg 0.17.0,
/// mmseg/models/backbones/resnet.py and mmseg/models/decode_heads/*.py). There is no auxiliary
/// head.
ModelSpec class_defaults();

}  // namespace harness
