#pragma once

#include <vector>

#include "harness/base/json.h"
#include "harness/checkpoint/pickle/pickle_json.h"

namespace harness {

/// The numpy arrays of floats, of one dimension or more, in what a file without tensors holds, by
/// dotted path: weights that were saved so ("numpy array float32 [3, 3]").
/// top_level, state_dict_values: as in Checkpoint.
std::vector<UnreadTensor> numpy_weights(const Json& top_level, const Json& state_dict_values);

}  // namespace harness
