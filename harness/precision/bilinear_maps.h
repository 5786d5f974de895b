#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "harness/precision/bilinear_pixel.h"

namespace harness {

/// Of a resize of logits {1, classes, rows, columns}, contiguous, to height x width.
template <typename Scalar>
BilinearMaps<Scalar> bilinear_maps(const at::Tensor& logits, std::int64_t height,
                                   std::int64_t width, bool align_corners) {
  return {logits.const_data_ptr<Scalar>(), static_cast<std::int32_t>(logits.size(1)),
          bilinear_axis(logits.size(2), height, align_corners),
          bilinear_axis(logits.size(3), width, align_corners), static_cast<std::int32_t>(width)};
}

}  // namespace harness
