#pragma once

#include <cstdint>

#include <torch/types.h>

#include "harness/precision/bilinear_maps.h"
#include "harness/precision/cuda_kernels.h"

namespace harness {

/// For tests: the kernels of upsample_argmax.cu as loops over tensors on the CPU.

template <typename Run>
void with_host_scalar(const at::Tensor& logits, Run&& run) {
  logits.scalar_type() == at::kHalf ? run(at::Half()) : run(float());
}

inline void host_upsample_argmax(const at::Tensor& logits, bool align_corners, float margin,
                                 at::Tensor& classes, at::Tensor& close) {
  with_host_scalar(logits, [&](auto scalar) {
    const auto maps =
        bilinear_maps<decltype(scalar)>(logits, classes.size(1), classes.size(2), align_corners);
    for (std::int64_t pixel = 0; pixel < classes.numel(); ++pixel) {
      FirstLargest largest;
      each_resized_value(maps, pixel,
                         [&](std::int32_t number, float value) { largest.see(number, value); });
      classes.data_ptr<std::uint8_t>()[pixel] = static_cast<std::uint8_t>(largest.number());
      close.data_ptr<bool>()[pixel] = largest.is_close(margin);
    }
  });
}

inline void host_upsample_at(const at::Tensor& logits, std::int64_t height, std::int64_t width,
                             bool align_corners, const at::Tensor& pixels, at::Tensor& columns) {
  with_host_scalar(logits, [&](auto scalar) {
    using Scalar = decltype(scalar);
    const auto maps = bilinear_maps<Scalar>(logits, height, width, align_corners);
    for (std::int64_t i = 0; i < pixels.numel(); ++i) {
      each_resized_value(
          maps, pixels.const_data_ptr<std::int64_t>()[i], [&](std::int32_t number, float value) {
            columns.data_ptr<Scalar>()[number * columns.size(3) + i] = static_cast<Scalar>(value);
          });
    }
  });
}

inline constexpr CudaKernels kHostKernels{&host_upsample_argmax, &host_upsample_at};

}  // namespace harness
