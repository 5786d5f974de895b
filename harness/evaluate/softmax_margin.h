#pragma once

#include <torch/types.h>

namespace harness {

/// Logits farther apart than this have different probabilities, in float and in half. In float, exp
/// and the division keep values apart that differ by a few times 2^-24; in half the last digit of
/// the largest probability is at most 2^-10 of it. Both margins are generous: a wider one only
/// costs time.
inline float softmax_margin(torch::ScalarType type) {
  return type == torch::kHalf ? 0x1p-7F : 0x1p-18F;
}

}  // namespace harness
