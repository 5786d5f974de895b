#pragma once

#include "harness/precision/norm_cuda.h"
#include "harness/precision/upsample_argmax_cuda.h"

namespace harness {

/// The kernels of the CUDA parts that stand in for several of LibTorch's operators; null where they
/// are not loaded.
struct CudaKernels {
  decltype(halfproof_upsample_argmax_on_gpu)* upsample_argmax = nullptr;
  decltype(halfproof_upsample_at_on_gpu)* upsample_at = nullptr;
  decltype(halfproof_norm_on_gpu)* norm = nullptr;
};

/// Set once, before a GPU is used.
void use_cuda_kernels(const CudaKernels& kernels);
const CudaKernels& cuda_kernels() noexcept;

}  // namespace harness
