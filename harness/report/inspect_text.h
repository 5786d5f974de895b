#pragma once

#include <string>

#include "harness/base/json.h"

namespace harness {

/// What `halfproof inspect FILE` prints: the findings of inspect_checkpoint() or
/// inspect_training_log() for a terminal of 100 columns. Long text is cut, control characters in it
/// are shown as "?".
std::string inspect_text(const Json& inspection);

}  // namespace harness
