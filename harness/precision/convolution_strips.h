#pragma once

#include <array>
#include <cstdint>

#include <torch/types.h>

namespace harness {

/// The shape of a convolution over images: {along the height, along the width}.
struct ConvolutionShape {
  std::array<std::int64_t, 2> stride, padding, dilation;
};

/// Bytes of the matrix that LibTorch's FP64 convolution on the CPU makes of its input: a column for
/// each pixel of the result, and in it all that the pixel is computed from. A layer of 2048
/// channels at 1/8 of 1024x2048 has 4.8 GB of them.
std::int64_t column_bytes(const at::Tensor& input, const at::Tensor& weight,
                          const ConvolutionShape& shape);

/// A convolution without groups, {N, C, H, W} by {O, C, h, w}, in as many strips of rows as keep
/// the columns of each within `most_bytes` (one row at least). Each sum has the terms that it has
/// in one piece. bias: undefined where there is none.
at::Tensor convolve_in_strips(const at::Tensor& input, const at::Tensor& weight,
                              const at::Tensor& bias, const ConvolutionShape& shape,
                              std::int64_t most_bytes);

}  // namespace harness
