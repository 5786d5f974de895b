#include "harness/precision/norm_cuda.h"

#include <algorithm>
#include <cstdint>

#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "harness/precision/norm_pixel.h"

namespace harness {
namespace {

constexpr int kThreads = 256;
constexpr std::int64_t kMostBlocks = 1024;  ///< Of one channel's map.
constexpr std::int64_t kMostMaps = 65535;   ///< The grid's second dimension.

struct NormTensors {
  const float* weight;
  const float* bias;
  const float* mean;
  const float* variance;
  float epsilon;
};

/// A row of blocks works on one channel of one image.
template <typename Scalar>
__global__ void normalize(Scalar* maps, const Scalar* identity, NormTensors norm, int channels,
                          std::int64_t pixels, bool relu) {
  const int c = static_cast<int>(blockIdx.y) % channels;
  const NormChannel channel{norm.mean[c], norm.weight[c], rsqrtf(norm.variance[c] + norm.epsilon),
                            norm.bias[c]};
  const auto first = static_cast<std::int64_t>(blockIdx.y) * pixels;
  const auto step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (auto i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < pixels;
       i += step) {
    const auto at = first + i;
    maps[at] = finished(normalized(static_cast<float>(maps[at]), channel),
                        identity == nullptr ? nullptr : identity + at, relu);
  }
}

template <typename Scalar>
void launch(at::Tensor& map, const NormTensors& norm, const at::Tensor& identity, bool relu) {
  const auto pixels = map.size(2) * map.size(3);
  const auto blocks = std::min((pixels + kThreads - 1) / kThreads, kMostBlocks);
  const dim3 grid(static_cast<unsigned>(blocks), static_cast<unsigned>(map.size(0) * map.size(1)));
  normalize<<<grid, kThreads, 0, c10::cuda::getCurrentCUDAStream()>>>(
      map.mutable_data_ptr<Scalar>(),
      identity.defined() ? identity.const_data_ptr<Scalar>() : nullptr, norm,
      static_cast<int>(map.size(1)), pixels, relu);
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

const float* channel_data(const at::Tensor& tensor, const at::Tensor& map) {
  TORCH_CHECK(tensor.device() == map.device() && tensor.scalar_type() == at::kFloat &&
                  tensor.dim() == 1 && tensor.size(0) == map.size(1) && tensor.is_contiguous(),
              "norm: expected ", map.size(1), " floats on ", map.device(), ", got ", tensor.sizes(),
              " of ", tensor.scalar_type(), " on ", tensor.device());
  return tensor.const_data_ptr<float>();
}

}  // namespace

extern "C" void halfproof_norm_on_gpu(at::Tensor& map, const at::Tensor& weight,
                                      const at::Tensor& bias, const at::Tensor& mean,
                                      const at::Tensor& variance, double epsilon,
                                      const at::Tensor& identity, bool relu) {
  TORCH_CHECK(map.is_cuda() && map.dim() == 4 && map.is_contiguous() && map.numel() > 0 &&
                  map.size(0) * map.size(1) <= kMostMaps,
              "norm: expected a contiguous map {n, channels, h, w} on a GPU, got ", map.sizes(),
              " on ", map.device());
  TORCH_CHECK(!identity.defined() ||
                  (identity.device() == map.device() && identity.sizes() == map.sizes() &&
                   identity.scalar_type() == map.scalar_type() && identity.is_contiguous()),
              "norm: expected an identity like the map");
  const NormTensors norm{channel_data(weight, map), channel_data(bias, map),
                         channel_data(mean, map), channel_data(variance, map),
                         static_cast<float>(epsilon)};
  const c10::cuda::CUDAGuard guard(map.device());
  if (map.scalar_type() == at::kHalf) return launch<at::Half>(map, norm, identity, relu);
  TORCH_CHECK(map.scalar_type() == at::kFloat, "norm: expected half or float, got ",
              map.scalar_type());
  launch<float>(map, norm, identity, relu);
}

}  // namespace harness
