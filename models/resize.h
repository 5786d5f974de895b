#pragma once

#include <torch/types.h>

namespace models {

/// Bilinear resize of {N, C, h, w} to the height and width of `target` {N', C', H, W}, in the dtype
/// of `input` (mmseg 0.17.0, mmseg/ops/wrappers.py `resize`).
torch::Tensor resize_like(const torch::Tensor& input, const torch::Tensor& target,
                          bool align_corners);

}  // namespace models
