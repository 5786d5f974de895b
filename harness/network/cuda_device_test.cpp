#include "harness/network/cuda_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

TEST(CudaDevice, TheCpuNeedsNothing) {
  EXPECT_EQ(open_device("cpu"), torch::Device(torch::kCPU));
}

TEST(CudaDevice, WithAGpuItIsOpened) {
  if (!load_cuda_if_present()) GTEST_SKIP() << "no gpu: no CUDA device that LibTorch can use";
  EXPECT_EQ(open_device("cuda").type(), torch::kCUDA);
}

TEST(CudaDevice, WithoutAGpuItSaysSo) {
  if (load_cuda_if_present()) GTEST_SKIP() << "a gpu: this is about machines without one";
  try {
    open_device("cuda");
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnavailable);
    EXPECT_THAT(error.detail(), testing::StartsWith("no gpu"));
  }
}

}  // namespace
}  // namespace harness
