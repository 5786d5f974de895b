#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/checkpoint/pickle/pickle_value.h"

namespace harness {

/// A numpy array of numbers as a pickle holds it.
struct NumpyArray {
  DType dtype = DType::kFloat32;
  std::vector<std::int64_t> shape;
  std::string_view bytes;   ///< All elements; as long-lived as the tree.
  bool is_fortran = false;  ///< The first index moves fastest.
  bool is_big = false;      ///< Big-endian.
};

/// Nothing when `value` is no array, or one whose elements are not little-endian numbers or not as
/// many as its shape says.
std::optional<NumpyArray> numpy_array(const PickleTree& tree, const PickleValue& value);

/// A numpy scalar as a JSON number, boolean or text (numpy.str_ of
/// at most 64 characters); a numpy array as {"__class__":
/// "numpy.ndarray", "dtype": "float64", "shape": [3], "values": [...]}, the values flat, in
/// row-major order, and left out when there are more than 1024. NaN and infinity become null.
///
/// Nothing when `value` is no such object. Big-endian numbers are read too, other than by
/// numpy_array().
std::optional<Json> numpy_to_json(const PickleTree& tree, const PickleValue& value);

}  // namespace harness
