#include "harness/precision/half_convolution.h"

#include <array>
#include <optional>
#include <tuple>

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/convolution_backward_native.h>
#include <ATen/ops/convolution_native.h>
#include <torch/library.h>
#include <torch/types.h>

#include "harness/precision/convolution_strips.h"

namespace harness {
namespace {

/// Bytes of columns (column_bytes) from which on a convolution in FP64 is done in strips.
constexpr std::int64_t kMostColumns = std::int64_t{1} << 28;

using Gradients = std::tuple<at::Tensor, at::Tensor, at::Tensor>;

bool is_reduced(const at::Tensor& tensor) {
  return tensor.scalar_type() == at::kHalf || tensor.scalar_type() == at::kBFloat16;
}

at::Tensor widen(const at::Tensor& tensor) {
  return tensor.to(at::kFloat);
}

at::Tensor narrow(const at::Tensor& tensor, at::ScalarType dtype) {
  return tensor.defined() ? tensor.to(dtype) : tensor;
}

/// One number stands for both sides.
std::array<std::int64_t, 2> of_both_sides(at::IntArrayRef sides) {
  return {sides.front(), sides.back()};
}

/// The shape of a convolution that convolve_in_strips() can do and that makes columns.
std::optional<ConvolutionShape> shape_with_columns(const at::Tensor& input,
                                                   const at::Tensor& weight, at::IntArrayRef stride,
                                                   at::IntArrayRef padding,
                                                   at::IntArrayRef dilation) {
  const bool is_of_images = input.scalar_type() == at::kDouble && input.dim() == 4 &&
                            weight.dim() == 4 && weight.size(1) == input.size(1);
  if (!is_of_images || weight.size(2) * weight.size(3) == 1) return std::nullopt;
  for (const auto sides : {stride, padding, dilation}) {
    if (sides.empty() || sides.size() > 2) return std::nullopt;
  }
  const ConvolutionShape shape{of_both_sides(stride), of_both_sides(padding),
                               of_both_sides(dilation)};
  return shape.stride[0] > 0 && shape.stride[1] > 0 ? std::optional(shape) : std::nullopt;
}

at::Tensor convolution(const at::Tensor& input, const at::Tensor& weight,
                       const std::optional<at::Tensor>& bias, at::IntArrayRef stride,
                       at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
                       at::IntArrayRef output_padding, int64_t groups) {
  const bool has_bias = bias.has_value() && bias->defined();
  const auto dtype = input.scalar_type();
  const auto shape = shape_with_columns(input, weight, stride, padding, dilation);
  if (shape && !transposed && groups == 1 && column_bytes(input, weight, *shape) > kMostColumns) {
    return convolve_in_strips(input, weight, has_bias ? *bias : at::Tensor(), *shape, kMostColumns);
  }
  // Mixed operands are an error for which LibTorch has the better message.
  if (!is_reduced(input) || weight.scalar_type() != dtype ||
      (has_bias && bias->scalar_type() != dtype)) {
    return at::native::convolution(input, weight, bias, stride, padding, dilation, transposed,
                                   output_padding, groups);
  }
  const auto wide_bias = has_bias ? std::optional(widen(*bias)) : std::nullopt;
  return narrow(at::native::convolution(widen(input), widen(weight), wide_bias, stride, padding,
                                        dilation, transposed, output_padding, groups),
                dtype);
}

Gradients convolution_backward(const at::Tensor& grad_output, const at::Tensor& input,
                               const at::Tensor& weight, at::OptionalIntArrayRef bias_sizes,
                               at::IntArrayRef stride, at::IntArrayRef padding,
                               at::IntArrayRef dilation, bool transposed,
                               at::IntArrayRef output_padding, int64_t groups,
                               std::array<bool, 3> output_mask) {
  const auto dtype = input.scalar_type();
  if (!is_reduced(input) || weight.scalar_type() != dtype || grad_output.scalar_type() != dtype) {
    return at::native::convolution_backward(grad_output, input, weight, bias_sizes, stride, padding,
                                            dilation, transposed, output_padding, groups,
                                            output_mask);
  }
  const auto [grad_input, grad_weight, grad_bias] = at::native::convolution_backward(
      widen(grad_output), widen(input), widen(weight), bias_sizes, stride, padding, dilation,
      transposed, output_padding, groups, output_mask);
  return {narrow(grad_input, dtype), narrow(grad_weight, dtype), narrow(grad_bias, dtype)};
}

}  // namespace

void register_half_convolution() {
  static auto* const library = [] {
    auto* added =
        new torch::Library(torch::Library::IMPL, "aten", c10::DispatchKey::CPU, __FILE__, __LINE__);
    added->impl("convolution", TORCH_FN(convolution));
    added->impl("convolution_backward", TORCH_FN(convolution_backward));
    // Lives as long as the process: a destructor at exit would race with LibTorch's own.
    return added;
  }();
  static_cast<void>(library);
}

std::string active_half_convolution() {
  const auto op = c10::Dispatcher::singleton().findSchema({"aten::convolution", ""});
  const bool ours = op && op->hasKernelForDispatchKey(c10::DispatchKey::CPU);
  return ours ? "widened fp32" : "libtorch reference";
}

}  // namespace harness
