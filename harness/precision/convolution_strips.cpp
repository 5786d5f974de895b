#include "harness/precision/convolution_strips.h"

#include <algorithm>
#include <array>
#include <optional>

#include <ATen/ops/convolution_native.h>

namespace harness {
namespace {

std::int64_t result_size(const at::Tensor& input, const at::Tensor& weight,
                         const ConvolutionShape& shape, std::size_t side) {
  const auto dim = static_cast<std::int64_t>(side) + 2;
  const auto reach = shape.dilation[side] * (weight.size(dim) - 1) + 1;
  return (input.size(dim) + 2 * shape.padding[side] - reach) / shape.stride[side] + 1;
}

/// The rows of the input, padding among them, from which `count` rows of the result from `first` on
/// are computed.
at::Tensor input_rows(const at::Tensor& input, const at::Tensor& weight,
                      const ConvolutionShape& shape, std::int64_t first, std::int64_t count) {
  const auto begin = first * shape.stride[0] - shape.padding[0];
  const auto end =
      begin + (count - 1) * shape.stride[0] + shape.dilation[0] * (weight.size(2) - 1) + 1;
  const auto height = input.size(2);
  const auto from = std::clamp<std::int64_t>(begin, 0, height);
  const auto to = std::clamp<std::int64_t>(end, from, height);
  const std::array<std::int64_t, 4> missing = {0, 0, from - begin, end - to};
  return at::constant_pad_nd(input.slice(2, from, to), missing);
}

}  // namespace

std::int64_t column_bytes(const at::Tensor& input, const at::Tensor& weight,
                          const ConvolutionShape& shape) {
  const auto pixels = result_size(input, weight, shape, 0) * result_size(input, weight, shape, 1);
  return input.size(0) * weight.size(1) * weight.size(2) * weight.size(3) * pixels *
         static_cast<std::int64_t>(input.element_size());
}

at::Tensor convolve_in_strips(const at::Tensor& input, const at::Tensor& weight,
                              const at::Tensor& bias, const ConvolutionShape& shape,
                              std::int64_t most_bytes) {
  const auto height = result_size(input, weight, shape, 0);
  const auto row_bytes = column_bytes(input, weight, shape) / height;
  const auto rows = std::max<std::int64_t>(1, most_bytes / row_bytes);
  auto result =
      at::empty({input.size(0), weight.size(0), height, result_size(input, weight, shape, 1)},
                input.options());
  const std::array<std::int64_t, 2> padding = {0, shape.padding[1]};
  const std::array<std::int64_t, 2> no_padding = {0, 0};
  const auto optional_bias = bias.defined() ? std::optional(bias) : std::nullopt;
  for (std::int64_t first = 0; first < height; first += rows) {
    const auto count = std::min(rows, height - first);
    result.narrow(2, first, count)
        .copy_(at::native::convolution(input_rows(input, weight, shape, first, count), weight,
                                       optional_bias, shape.stride, padding, shape.dilation,
                                       /*transposed=*/false, no_padding, /*groups=*/1));
  }
  return result;
}

}  // namespace harness
