#include "harness/precision/range_census_cuda.h"

#include <algorithm>
#include <cstdint>

#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_fp16.h>

#include "harness/precision/range_bits.h"

namespace harness {
namespace {

using Counter = unsigned long long;

constexpr int kThreads = 256;
constexpr int kWarp = 32;
constexpr std::int64_t kMaxBlocks = 1024;
constexpr unsigned kAllLanes = 0xFFFFFFFF;

__device__ Counter sum_of_warp(Counter value) {
  for (int offset = kWarp / 2; offset > 0; offset /= 2) {
    value += __shfl_down_sync(kAllLanes, value, offset);
  }
  return value;
}

__device__ Counter max_of_warp(Counter value) {
  for (int offset = kWarp / 2; offset > 0; offset /= 2) {
    value = max(value, __shfl_down_sync(kAllLanes, value, offset));
  }
  return value;
}

template <typename Word>
__device__ Counter double_bits(Word magnitude, bool is_bfloat16) {
  double value = 0;
  if constexpr (sizeof(Word) == 2) {
    const auto bits = static_cast<unsigned short>(magnitude);
    value = is_bfloat16 ? __uint_as_float(static_cast<unsigned>(bits) << 16)
                        : __half2float(__ushort_as_half(bits));
  } else if constexpr (sizeof(Word) == 4) {
    value = __uint_as_float(magnitude);
  } else {
    value = __longlong_as_double(static_cast<long long>(magnitude));
  }
  return static_cast<Counter>(__double_as_longlong(value));
}

template <typename Word>
__global__ void add_census(const Word* values, std::int64_t count, RangeBits<Word> bits,
                           bool is_bfloat16, Counter* counters) {
  Counter non_finite = 0, zeros = 0, subnormals = 0, above = 0;
  Word largest = 0;
  const auto step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (auto i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
       i += step) {
    const auto magnitude = static_cast<Word>(values[i] & bits.magnitude);
    const bool finite = magnitude < bits.infinity;
    non_finite += !finite;
    zeros += magnitude == 0;
    subnormals += magnitude != 0 && magnitude < bits.half_min_normal;
    above += finite && magnitude > bits.half_max;
    if (finite && magnitude > largest) largest = magnitude;
  }
  const Counter sums[] = {non_finite, zeros, subnormals, above};
  const bool first_lane = threadIdx.x % kWarp == 0;
  for (int i = 0; i < 4; ++i) {
    const auto sum = sum_of_warp(sums[i]);
    if (first_lane && sum != 0) atomicAdd(counters + 1 + i, sum);
  }
  const auto max_bits = max_of_warp(double_bits(largest, is_bfloat16));
  if (first_lane && max_bits != 0) atomicMax(counters + 5, max_bits);
  if (blockIdx.x == 0 && threadIdx.x == 0) atomicAdd(counters, static_cast<Counter>(count));
}

template <typename Word>
void launch(const at::Tensor& values, RangeBits<Word> bits, at::Tensor& counters) {
  const auto count = values.numel();
  const auto blocks = std::clamp<std::int64_t>((count + kThreads - 1) / kThreads, 1, kMaxBlocks);
  add_census<<<static_cast<unsigned>(blocks), kThreads, 0, c10::cuda::getCurrentCUDAStream()>>>(
      static_cast<const Word*>(values.const_data_ptr()), count, bits,
      values.scalar_type() == at::kBFloat16,
      reinterpret_cast<Counter*>(counters.data_ptr<std::int64_t>()));
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

}  // namespace

extern "C" void halfproof_add_census_on_gpu(const at::Tensor& values, at::Tensor& counters) {
  TORCH_CHECK(counters.device() == values.device(), "census: expected one GPU, got ",
              counters.device(), " and ", values.device());
  const c10::cuda::CUDAGuard guard(values.device());
  switch (values.scalar_type()) {
    case at::kHalf:
      return launch(values, kHalfBits, counters);
    case at::kBFloat16:
      return launch(values, kBFloat16Bits, counters);
    case at::kFloat:
      return launch(values, kFloatBits, counters);
    case at::kDouble:
      return launch(values, kDoubleBits, counters);
    default:
      TORCH_CHECK(false, "census: expected a floating-point tensor, got ", values.dtype());
  }
}

}  // namespace harness
