#include "harness/network/cuda_device.h"

#include <string_view>

#include <ATen/detail/CUDAHooksInterface.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/system/nvidia_driver.h"

namespace harness {
namespace {

TEST(CudaDevice, TheCpuNeedsNothing) {
  EXPECT_EQ(open_device("cpu"), torch::Device(torch::kCPU));
}

// Without a GPU too: where LibTorch was installed with its CUDA library, it must take it up.
TEST(CudaDevice, LibTorchTakesUpItsCudaLibrary) {
  if (std::string_view(LIBTORCH_CUDA).empty()) GTEST_SKIP() << "LibTorch was built without CUDA";
  EXPECT_TRUE(load_cuda().is_loaded) << load_cuda().reason;
  EXPECT_TRUE(at::detail::getCUDAHooks().hasCUDART());
}

TEST(CudaDevice, ItSaysWhyItCannotBeUsed) {
  EXPECT_EQ(load_cuda().reason.empty(), load_cuda().is_usable);
}

TEST(CudaDevice, WithAGpuItIsOpened) {
  if (!load_cuda().is_usable) GTEST_SKIP() << "no gpu: " << load_cuda().reason;
  EXPECT_EQ(open_device("cuda").type(), torch::kCUDA);
}

TEST(CudaDevice, WithoutAGpuItSaysSo) {
  if (cuda_device(0)) GTEST_SKIP() << "a gpu: this is about machines without one";
  try {
    open_device("cuda");
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnavailable);
    EXPECT_THAT(error.detail(), testing::StartsWith("no gpu"));
    EXPECT_THAT(error.detail(), testing::HasSubstr(load_cuda().reason));
  }
}

}  // namespace
}  // namespace harness
