#pragma once

#include <cstdint>

#include <torch/types.h>

namespace harness {

/// Half's smallest normal number: below it, digits are lost.
inline constexpr double kMinNormal = 0x1p-14;

/// How many elements of a tensor of bool are true.
std::int64_t count_true(const torch::Tensor& mask);

}  // namespace harness
