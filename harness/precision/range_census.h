#pragma once

#include <cstdint>

#include <torch/types.h>

namespace harness {

/// Counts of values relative to the range of binary16.
struct RangeCensus {
  std::int64_t elements = 0;
  std::int64_t non_finite = 0;       ///< Infinite or NaN.
  std::int64_t zeros = 0;            ///< Both signs.
  std::int64_t half_subnormals = 0;  ///< 0 < |x| < 2^-14: binary16 keeps fewer digits, or none.
  std::int64_t above_half_max = 0;   ///< Finite and |x| > 65504.
  double max_abs = 0.0;              ///< Over finite elements; 0 when there are none.

  /// The census of both sets of values together.
  RangeCensus& operator+=(const RangeCensus& other);
  friend bool operator==(const RangeCensus&, const RangeCensus&) = default;
};

/// One pass over the values. dtype: half, bfloat16, float or double; any shape, strides and device.
/// Throws c10::Error for another dtype.
RangeCensus census_of(const torch::Tensor& values);

/// Adds up censuses without stopping a GPU: tensors on a GPU are counted there, and total() reads
/// the result.
class RangeTally {
 public:
  /// As census_of(). All tensors on a GPU must be on the same one.
  void add(const torch::Tensor& values);

  /// Waits for the GPU if something was counted there.
  RangeCensus total() const;

 private:
  RangeCensus host_;
  torch::Tensor device_;  // {6} int64 in the order of RangeCensus; undefined until needed.
};

}  // namespace harness
