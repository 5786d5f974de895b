#include "models/norm_kernels.h"

#include <bit>
#include <cmath>
#include <cstdint>

namespace models {
namespace {

/// The nearest half, ties to even, as a float; too large values become infinite.
[[gnu::always_inline]] inline float as_half(float value) {
  constexpr float kMinNormal = 0x1p-14F;
  constexpr float kToInfinity = 65520.0F;
  constexpr std::uint32_t kInfinity = 0x7f800000U;
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = bits & 0x80000000U;
  const auto absolute = bits & 0x7fffffffU;
  const auto magnitude = std::bit_cast<float>(absolute);
  // 13 of the 23 digits go. Below the smallest normal half the last digit kept is 2^-24 for every
  // value: that of a float between 1/2 and 1.
  const auto normal = (absolute + 0x0fffU + ((absolute >> 13U) & 1U)) & 0x7fffe000U;
  const auto subnormal = std::bit_cast<std::uint32_t>((magnitude + 0.5F) - 0.5F);
  const auto finite = magnitude < kMinNormal ? subnormal : normal;
  const auto rounded = magnitude >= kToInfinity ? kInfinity : finite;
  return std::bit_cast<float>(sign | (absolute > kInfinity ? absolute : rounded));
}

// Bits of a variant of the loops, each compiled on its own.
constexpr unsigned kHalf = 1;
constexpr unsigned kAdds = 2;
constexpr unsigned kRelu = 4;

unsigned variant_of(const float* identity, const NormSteps& steps) {
  return (steps.rounds_to_half ? kHalf : 0U) | (identity != nullptr ? kAdds : 0U) |
         (steps.relu ? kRelu : 0U);
}

template <unsigned kVariant>
[[gnu::always_inline]] inline float normalized(float value, float slope, float constant,
                                               float identity) {
  constexpr bool kRounds = (kVariant & kHalf) != 0;
  float result = std::fma(kRounds ? as_half(value) : value, slope, constant);
  if (kRounds) result = as_half(result);
  if ((kVariant & kAdds) != 0) {
    result += identity;
    if (kRounds) result = as_half(result);
  }
  return (kVariant & kRelu) != 0 && result < 0.0F ? 0.0F : result;
}

template <unsigned kVariant>
[[gnu::always_inline]] inline void block_loop(float* data, const float* identity,
                                              const float* slopes, const float* constants,
                                              std::size_t pixels) {
  float slope[kBlock];
  float constant[kBlock];
  for (std::size_t c = 0; c < kBlock; ++c) {
    slope[c] = slopes[c];
    constant[c] = constants[c];
  }
  for (std::size_t i = 0; i < pixels * kBlock; i += kBlock) {
    for (std::size_t c = 0; c < kBlock; ++c) {
      const float added = (kVariant & kAdds) != 0 ? identity[i + c] : 0.0F;
      data[i + c] = normalized<kVariant>(data[i + c], slope[c], constant[c], added);
    }
  }
}

template <unsigned kVariant>
[[gnu::always_inline]] inline void plane_loop(float* data, const float* identity, float slope,
                                              float constant, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float added = (kVariant & kAdds) != 0 ? identity[i] : 0.0F;
    data[i] = normalized<kVariant>(data[i], slope, constant, added);
  }
}

}  // namespace

#if defined(__x86_64__)
#define HALFPROOF_CLONES [[gnu::target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")]]
#else
#define HALFPROOF_CLONES
#endif

HALFPROOF_CLONES
void normalize_block(float* data, const float* identity, const float* slopes,
                     const float* constants, std::size_t pixels, const NormSteps& steps) {
  // Chosen by branches here and not in a function of its own: that would not be cloned.
  switch (variant_of(identity, steps)) {
    case 0:
      return block_loop<0>(data, identity, slopes, constants, pixels);
    case 1:
      return block_loop<1>(data, identity, slopes, constants, pixels);
    case 2:
      return block_loop<2>(data, identity, slopes, constants, pixels);
    case 3:
      return block_loop<3>(data, identity, slopes, constants, pixels);
    case 4:
      return block_loop<4>(data, identity, slopes, constants, pixels);
    case 5:
      return block_loop<5>(data, identity, slopes, constants, pixels);
    case 6:
      return block_loop<6>(data, identity, slopes, constants, pixels);
    default:
      return block_loop<7>(data, identity, slopes, constants, pixels);
  }
}

HALFPROOF_CLONES
void normalize_plane(float* data, const float* identity, float slope, float constant,
                     std::size_t count, const NormSteps& steps) {
  switch (variant_of(identity, steps)) {
    case 0:
      return plane_loop<0>(data, identity, slope, constant, count);
    case 1:
      return plane_loop<1>(data, identity, slope, constant, count);
    case 2:
      return plane_loop<2>(data, identity, slope, constant, count);
    case 3:
      return plane_loop<3>(data, identity, slope, constant, count);
    case 4:
      return plane_loop<4>(data, identity, slope, constant, count);
    case 5:
      return plane_loop<5>(data, identity, slope, constant, count);
    case 6:
      return plane_loop<6>(data, identity, slope, constant, count);
    default:
      return plane_loop<7>(data, identity, slope, constant, count);
  }
}

}  // namespace models
