#pragma once

#include <cstddef>

namespace models {

/// The layout that oneDNN gives to maps of floats: {channels / 16, height, width, 16}.
inline constexpr std::size_t kBlock = 16;

/// What a batch norm in evaluation, and what follows it, do to the result of a convolution.
struct NormSteps {
  /// The values are floats that stand for halves: what came in, the norm's result and the sum are
  /// each rounded to half. Else nothing is rounded.
  bool rounds_to_half = false;
  bool relu = false;
};

/// Loops over parts of a map, in place, each element once: value = fma(value, slope, constant),
/// plus the identity's element where `identity` is not null, then relu, which keeps NaN and -0.
/// Compiled for several widths of vector registers; all of them compute the same bits, because the
/// source fuses the multiplication and the addition explicitly.

/// `pixels` of one block of channels, {pixels, 16}; slopes and constants: one for each channel.
void normalize_block(float* data, const float* identity, const float* slopes,
                     const float* constants, std::size_t pixels, const NormSteps& steps);

/// `count` values of one channel.
void normalize_plane(float* data, const float* identity, float slope, float constant,
                     std::size_t count, const NormSteps& steps);

}  // namespace models
