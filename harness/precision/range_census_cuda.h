#pragma once

#include <ATen/core/Tensor.h>

namespace harness {

/// The interface of the census to the CUDA parts (libhalfproof_cuda.so, built where the toolkit
/// is). They are a separate library that a worker loads only for --device cuda: a worker for the
/// CPU never loads CUDA.
extern "C" {

/// Adds the census of `values` to `counters` on the current stream and returns at once.
/// values: on a GPU, half, bfloat16, float or double, elements densely packed in any order.
/// counters: {6} int64 on the same GPU: elements, non_finite, zeros, half_subnormals,
/// above_half_max, then max_abs as the bits of a double.
/// Throws c10::Error for another dtype or for tensors on two GPUs.
void halfproof_add_census_on_gpu(const at::Tensor& values, at::Tensor& counters);
}

using AddCensusOnGpu = decltype(halfproof_add_census_on_gpu);

/// From now on RangeTally counts tensors on a GPU there; before, they are copied to the host.
void use_gpu_census(AddCensusOnGpu* function);

}  // namespace harness
