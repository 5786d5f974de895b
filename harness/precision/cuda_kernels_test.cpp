#include "harness/precision/cuda_kernels.h"

#include <gtest/gtest.h>

#include "harness/testing/host_upsample_argmax.h"

namespace harness {
namespace {

TEST(CudaKernels, AreNoneUntilTheyAreLoaded) {
  EXPECT_EQ(cuda_kernels().upsample_argmax, nullptr);
  EXPECT_EQ(cuda_kernels().norm, nullptr);
  use_cuda_kernels(kHostKernels);
  EXPECT_EQ(cuda_kernels().upsample_at, &host_upsample_at);
  use_cuda_kernels({});
  EXPECT_EQ(cuda_kernels().upsample_at, nullptr);
}

}  // namespace
}  // namespace harness
