#pragma once

#include <optional>

#include "harness/base/json.h"
#include "harness/checkpoint/pickle/pickle_value.h"

namespace harness {

/// A numpy scalar as a JSON number or boolean; a numpy array as {"__class__": "numpy.ndarray",
/// "dtype": "float64", "shape": [3], "values": [...]}, the values flat, in row-major order, and
/// left out when there are more than 1024. NaN and infinity become null.
///
/// Nothing when `value` is no such object, or one whose elements are not little-endian numbers or
/// not as many as its shape says.
std::optional<Json> numpy_to_json(const PickleTree& tree, const PickleValue& value);

}  // namespace harness
