#pragma once

#include <ATen/core/Tensor.h>

namespace harness {

/// Batch norm in evaluation, addition and ReLU in one pass on a GPU (norm_pixel.h), in place, on
/// the current stream; range_census_cuda.h says why the CUDA parts are apart. map: {n, channels, h,
/// w}, half or float, contiguous. The norm's four tensors: {channels} float. identity: like map, or
/// undefined. All on one GPU; c10::Error otherwise.
extern "C" void halfproof_norm_on_gpu(at::Tensor& map, const at::Tensor& weight,
                                      const at::Tensor& bias, const at::Tensor& mean,
                                      const at::Tensor& variance, double epsilon,
                                      const at::Tensor& identity, bool relu);

}  // namespace harness
