#pragma once

#include <cstdint>

namespace harness {

/// What reader and writer share of PKWARE's APPNOTE.TXT 6.3.10.
inline constexpr std::uint16_t kSizesFollow = 0x0008;  ///< Flag (4.4.4): behind the data.
/// Stand where a number is too large for its field and follows in 64 bits (4.4.1.4).
inline constexpr std::uint16_t kIn64Bit16 = 0xffff;
inline constexpr std::uint32_t kIn64Bit32 = 0xffffffff;

}  // namespace harness
