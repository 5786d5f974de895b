#include "harness/precision/upsample_argmax_cuda.h"

#include <cstdint>
#include <limits>

#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "harness/precision/bilinear_maps.h"

namespace harness {
namespace {

constexpr int kThreads = 256;

template <typename Scalar>
__global__ void find_classes(BilinearMaps<Scalar> maps, std::int64_t pixels, float margin,
                             std::uint8_t* classes, bool* close) {
  const auto pixel = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (pixel >= pixels) return;
  FirstLargest largest;
  each_resized_value(maps, pixel,
                     [&](std::int32_t number, float value) { largest.see(number, value); });
  classes[pixel] = static_cast<std::uint8_t>(largest.number());
  close[pixel] = largest.is_close(margin);
}

template <typename Scalar>
__global__ void find_values(BilinearMaps<Scalar> maps, const std::int64_t* pixels,
                            std::int64_t count, std::int64_t stride, Scalar* columns) {
  const auto i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= count) return;
  each_resized_value(maps, pixels[i], [&](std::int32_t number, float value) {
    columns[number * stride + i] = static_cast<Scalar>(value);
  });
}

unsigned blocks_for(std::int64_t count) {
  return static_cast<unsigned>((count + kThreads - 1) / kThreads);
}

void require_maps(const at::Tensor& logits, std::int64_t height, std::int64_t width) {
  TORCH_CHECK(logits.is_cuda() && logits.dim() == 4 && logits.size(0) == 1 && logits.size(1) >= 1 &&
                  logits.size(1) <= 255 && logits.numel() > 0 && logits.is_contiguous(),
              "upsample: expected contiguous logits {1, 1 to 255 classes, h, w} on a GPU, got ",
              logits.sizes(), " on ", logits.device());
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  TORCH_CHECK(height >= 1 && width >= 1 && height <= kMost / width &&
                  logits.size(2) <= kMost / logits.size(3),
              "upsample: expected maps of 1 to 2^31 - 1 pixels, got ", logits.sizes(), " to ",
              height, " x ", width);
}

void require_beside(const at::Tensor& tensor, const at::Tensor& logits, at::ScalarType type) {
  TORCH_CHECK(
      tensor.device() == logits.device() && tensor.scalar_type() == type && tensor.is_contiguous(),
      "upsample: expected a contiguous tensor of ", type, " on ", logits.device(), ", got one of ",
      tensor.scalar_type(), " on ", tensor.device());
}

/// Calls run(Scalar()) for the logits' type.
template <typename Run>
void with_scalar(const at::Tensor& logits, Run&& run) {
  if (logits.scalar_type() == at::kHalf) return run(at::Half());
  TORCH_CHECK(logits.scalar_type() == at::kFloat, "upsample: expected half or float logits, got ",
              logits.scalar_type());
  run(float());
}

}  // namespace

extern "C" void halfproof_upsample_argmax_on_gpu(const at::Tensor& logits, bool align_corners,
                                                 float margin, at::Tensor& classes,
                                                 at::Tensor& close) {
  TORCH_CHECK(classes.dim() == 3 && classes.size(0) == 1 && close.sizes() == classes.sizes(),
              "upsample: expected classes and close {1, height, width}, got ", classes.sizes(),
              " and ", close.sizes());
  const auto height = classes.size(1), width = classes.size(2);
  require_maps(logits, height, width);
  require_beside(classes, logits, at::kByte);
  require_beside(close, logits, at::kBool);
  TORCH_CHECK(logits.size(2) != height || logits.size(3) != width,
              "upsample: expected another size than the logits', got ", height, " x ", width);
  const c10::cuda::CUDAGuard guard(logits.device());
  with_scalar(logits, [&](auto scalar) {
    const auto maps = bilinear_maps<decltype(scalar)>(logits, height, width, align_corners);
    find_classes<<<blocks_for(height * width), kThreads, 0, c10::cuda::getCurrentCUDAStream()>>>(
        maps, height * width, margin, classes.mutable_data_ptr<std::uint8_t>(),
        close.mutable_data_ptr<bool>());
  });
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

extern "C" void halfproof_upsample_at_on_gpu(const at::Tensor& logits, std::int64_t height,
                                             std::int64_t width, bool align_corners,
                                             const at::Tensor& pixels, at::Tensor& columns) {
  require_maps(logits, height, width);
  require_beside(pixels, logits, at::kLong);
  require_beside(columns, logits, logits.scalar_type());
  const auto count = pixels.numel();
  TORCH_CHECK(columns.dim() == 4 && columns.size(0) == 1 && columns.size(1) == logits.size(1) &&
                  columns.size(2) == 1 && columns.size(3) >= count,
              "upsample: expected columns {1, ", logits.size(1), ", 1, ", count, " or more}, got ",
              columns.sizes());
  if (count == 0) return;
  const c10::cuda::CUDAGuard guard(logits.device());
  with_scalar(logits, [&](auto scalar) {
    using Scalar = decltype(scalar);
    const auto maps = bilinear_maps<Scalar>(logits, height, width, align_corners);
    find_values<<<blocks_for(count), kThreads, 0, c10::cuda::getCurrentCUDAStream()>>>(
        maps, pixels.const_data_ptr<std::int64_t>(), count, columns.size(3),
        columns.mutable_data_ptr<Scalar>());
  });
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

}  // namespace harness
