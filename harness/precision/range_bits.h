#pragma once

#include <cstdint>

namespace harness {

/// Bit patterns of a floating-point format against which a census compares magnitudes. Without the
/// sign bit, patterns of finite values grow with the value: integer comparisons suffice. Words are
/// signed because SSE2 compares signed words.
template <typename Word>
struct RangeBits {
  Word magnitude;        ///< All bits but the sign.
  Word infinity;         ///< Patterns from here on are infinite or NaN.
  Word half_min_normal;  ///< 2^-14, the smallest normal binary16.
  Word half_max;         ///< 65504, or the largest value below it that the format has.
};

inline constexpr RangeBits<std::int16_t> kHalfBits{0x7FFF, 0x7C00, 0x0400, 0x7BFF};
inline constexpr RangeBits<std::int16_t> kBFloat16Bits{0x7FFF, 0x7F80, 0x3880, 0x477F};
inline constexpr RangeBits<std::int32_t> kFloatBits{0x7FFFFFFF, 0x7F800000, 0x38800000, 0x477FE000};
inline constexpr RangeBits<std::int64_t> kDoubleBits{0x7FFFFFFFFFFFFFFF, 0x7FF0000000000000,
                                                     0x3F10000000000000, 0x40EFFC0000000000};

}  // namespace harness
