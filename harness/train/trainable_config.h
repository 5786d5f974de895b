#pragma once

#include <string>

#include "harness/base/json.h"

namespace harness {

/// Throws Error(kInvalidSuite) for the first key of a config that asks for another training than
/// TrainingSession and Lockstep perform: subject, the key's path, the supported values, the
/// config's value. What recipe_of() reads from a config is checked there. A key that is absent has
/// MMSegmentation's default (mmseg 0.17.0, mmcv 1.3.14), and all of these are supported.
///
/// config: parsed, resolved (no _base_). A `model` that names its segmentor makes it a complete
/// config, in which optimizer, schedule and pipeline must not be absent either.
void require_trainable(const Json& config, const std::string& subject);

}  // namespace harness
