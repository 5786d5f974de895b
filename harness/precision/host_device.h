#pragma once

#include <cmath>

/// Marks arithmetic that a GPU's kernels share with the tests that prove it on the CPU.
#ifdef __CUDACC__
#define HALFPROOF_HOST_DEVICE __host__ __device__
#else
#define HALFPROOF_HOST_DEVICE
#endif

namespace harness {

/// left * right, rounded once. nvcc fuses no addition into it.
HALFPROOF_HOST_DEVICE inline float product(float left, float right) {
#ifdef __CUDA_ARCH__
  return __fmul_rn(left, right);
#else
  return left * right;
#endif
}

/// left * right + added, rounded once.
HALFPROOF_HOST_DEVICE inline float fused_product(float left, float right, float added) {
#ifdef __CUDA_ARCH__
  return __fmaf_rn(left, right, added);
#else
  return std::fma(left, right, added);
#endif
}

}  // namespace harness
