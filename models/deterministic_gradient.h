#pragma once

#include <torch/types.h>

namespace models {

/// Bilinear resizing and adaptive average pooling whose gradient is the same in every run.
///
/// LibTorch's CUDA gradients of both add up with atomic operations in whatever order threads come
/// (torch.use_deterministic_algorithms names them). Both are linear along each axis, so that the
/// gradient is two matrix products, rows^T g columns, which add in a fixed order. The result itself
/// is LibTorch's own operator. The products are computed in float (double for double) and rounded
/// once.

/// {N, C, h, w} -> {N, C, height, width}, in the dtype of `input`.
torch::Tensor resize_bilinear(const torch::Tensor& input, int64_t height, int64_t width,
                              bool align_corners);

/// {N, C, h, w} -> {N, C, side, side}, in the dtype of `input`.
torch::Tensor pool_average(const torch::Tensor& input, int64_t side);

/// Whether LibTorch's own gradient of `input` would not be deterministic: it needs one, and lies on
/// a GPU.
bool needs_deterministic_gradient(const torch::Tensor& input);

}  // namespace models
