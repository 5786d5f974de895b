#pragma once

#include <cstdint>

#include <torch/types.h>

#include "harness/record/speed_record.h"

namespace harness {

struct RoofOptions {
  std::int64_t matrix_size = 8192;
  std::int64_t half_repetitions = 20;
  std::int64_t fp32_repetitions = 5;
  std::int64_t copy_bytes = std::int64_t{1} << 30;
  std::int64_t copy_repetitions = 20;
};

/// What the device achieves: products of square matrices of half and of float operands, and copies
/// within its memory. One run of each is discarded. On an H100 well below a second together.
RoofRecord measure_roof(const torch::Device& device, const RoofOptions& options = {});

}  // namespace harness
