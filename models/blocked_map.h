#pragma once

#include <cstdint>
#include <vector>

#include <torch/nn/modules/conv.h>
#include <torch/types.h>

namespace models {

/// Maps in the layout that oneDNN computes in: float tensors {1, C, H, W} whose elements lie as
/// {C / 16, H, W, 16}. LibTorch keeps such a tensor as an opaque one (its layout is kMkldnn). From
/// one convolution to the next it is neither copied nor reordered; a usual tensor is reordered
/// before and after each.

/// A usual float tensor {1, C, H, W} as an opaque one, by a copy.
torch::Tensor to_opaque(const torch::Tensor& map);

/// The usual tensor with the values of an opaque one, in `dtype`; every other tensor as it is.
torch::Tensor to_usual(const torch::Tensor& map, torch::ScalarType dtype);

/// What oneDNN's choice of a layout can depend on, the processor apart.
struct ConvolutionGeometry {
  ConvolutionGeometry(const torch::Tensor& input, const torch::nn::Conv2dImpl& convolution);
  std::vector<int64_t> numbers;
};

/// Whether the result of such a convolution of an opaque map lies in the layout above. Found out
/// once for each geometry, by marking elements of `result` all over it and looking where LibTorch
/// finds the marks; its values stay.
bool is_blocked(const torch::Tensor& result, const ConvolutionGeometry& geometry);

/// Whether is_blocked() has been false for it.
bool is_known_as_unblocked(const ConvolutionGeometry& geometry);

/// The elements of a blocked map.
float* blocked_data(const torch::Tensor& opaque);

}  // namespace models
