#pragma once

#include <cstdint>

namespace harness {

/// IEEE 754 binary16 and bfloat16, as bits, for code that cannot use LibTorch.
/// IEEE 754-2019, table 3.5: largest finite 65504, smallest normal 2^-14,
/// smallest subnormal 2^-24.
inline constexpr double kHalfMax = 65504.0;
inline constexpr double kHalfMinNormal = 6.103515625e-05;

/// Exact: every binary16 and bfloat16 value is a float.
float half_to_float(std::uint16_t bits) noexcept;
float bfloat16_to_float(std::uint16_t bits) noexcept;

/// Rounds to nearest, ties to even: |x| <= 2^-25 becomes 0, |x| >= 65520 becomes infinity.
std::uint16_t float_to_half(float value) noexcept;

}  // namespace harness
