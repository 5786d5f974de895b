#pragma once

#include <cstdint>

#include <torch/torch.h>

namespace harness {

/// How values lie with respect to what binary16 can hold.
struct RangeCensus {
  std::int64_t elements = 0;
  std::int64_t non_finite = 0;       ///< Infinite or NaN.
  std::int64_t zeros = 0;            ///< Of either sign.
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

/// Adds up censuses without stopping a GPU: what is on one is counted there, and read by total().
class RangeTally {
 public:
  /// As census_of. Tensors on a GPU have to be on one and the same.
  void add(const torch::Tensor& values);

  /// Waits for the GPU where something was counted on one.
  RangeCensus total() const;

 private:
  RangeCensus host_;
  torch::Tensor device_;  // {6} int64 in the order of RangeCensus; undefined until needed.
};

}  // namespace harness
