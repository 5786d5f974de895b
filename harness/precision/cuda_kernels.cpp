#include "harness/precision/cuda_kernels.h"

namespace harness {
namespace {

CudaKernels kernels_in_use;

}  // namespace

void use_cuda_kernels(const CudaKernels& kernels) {
  kernels_in_use = kernels;
}

const CudaKernels& cuda_kernels() noexcept {
  return kernels_in_use;
}

}  // namespace harness
