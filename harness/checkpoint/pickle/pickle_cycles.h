#pragma once

#include <vector>

#include "harness/checkpoint/pickle/pickle_value.h"

namespace harness {

/// By value: whether it holds itself, at any depth. Configs of omegaconf do, whose parts name their
/// parent, and modules that know their owner.
std::vector<bool> values_within_themselves(const PickleTree& tree);

}  // namespace harness
