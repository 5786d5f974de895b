#pragma once

#include <cstdint>

#include "harness/checkpoint/tensor_view.h"

namespace harness {

/// What the values of a tensor say without any arithmetic on them.
struct TensorStatistics {
  std::int64_t elements = 0;
  std::int64_t non_finite = 0;
  std::int64_t zeros = 0;
  std::int64_t half_subnormals = 0;  ///< 0 < |x| < 2^-14: what FP16 keeps with fewer digits.
  std::int64_t half_zeros = 0;       ///< 0 < |x| <= 2^-25: what rounding to FP16 makes 0.
  std::int64_t above_half_max = 0;   ///< Finite and |x| > 65504.
  std::int64_t not_half_exact = 0;   ///< Finite and changed by rounding to FP16.
  double max_abs = 0.0;              ///< Over finite elements; 0 when there is none.
  double min_abs = 0.0;              ///< Over finite elements that are not 0; 0 when there is none.
};

/// Integers and booleans are judged by the same rules: 2049 is not exact in FP16.
/// Throws Error(kInvalidFile) when another program changes the file meanwhile.
TensorStatistics statistics_of(const TensorView& tensor);

/// Statistics of both together.
TensorStatistics combine(const TensorStatistics& a, const TensorStatistics& b) noexcept;

}  // namespace harness
