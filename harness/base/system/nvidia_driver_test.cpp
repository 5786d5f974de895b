#include "harness/base/system/nvidia_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/system/shared_library.h"

namespace harness {
namespace {

TEST(NvidiaDriver, DescribesTheFirstDevice) {
  const auto device = cuda_device(0);
  if (!device) GTEST_SKIP() << "no CUDA device is visible";
  EXPECT_FALSE(device->name.empty());
  EXPECT_GT(device->memory_bytes, 1 << 30);
  EXPECT_THAT(device->compute_capability, testing::MatchesRegex("[0-9]+\\.[0-9]"));
  EXPECT_THAT(nvidia_driver_version().value_or(""), testing::MatchesRegex("[0-9]+\\.[0-9.]+"));
}

TEST(NvidiaDriver, ThereIsNoDeviceOfANumberThatIsTooLarge) {
  EXPECT_FALSE(cuda_device(1000).has_value());
}

TEST(NvidiaDriver, WithoutADriverThereIsNothing) {
  if (SharedLibrary("libcuda.so.1").is_open()) GTEST_SKIP() << "this machine has a driver";
  EXPECT_FALSE(cuda_device(0).has_value());
  EXPECT_EQ(nvidia_driver_version(), std::nullopt);
}

}  // namespace
}  // namespace harness
