#pragma once

#include <ATen/core/Tensor.h>

namespace harness {

/// Adds the census of `values` to `counters` on the current stream and returns at once.
/// values: on a GPU, half, bfloat16, float or double, elements densely packed in any order.
/// counters: {6} int64 on the same GPU: elements, non_finite, zeros, half_subnormals,
/// above_half_max, then max_abs as the bits of a double.
void add_census_on_gpu(const at::Tensor& values, at::Tensor& counters);

}  // namespace harness
