#include "harness/speed/device_clock.h"

#include <gtest/gtest.h>
#include <torch/types.h>

namespace harness {
namespace {

TEST(DeviceClock, TimesWhatLiesBetweenItsMarks) {
  DeviceClock clock(torch::kCPU, 3);
  const auto square = torch::ones({64, 64});
  clock.mark(0);
  clock.mark(1);
  const auto product = square.mm(square);
  clock.mark(2);
  EXPECT_EQ(product[0][0].item<float>(), 64.0F);
  EXPECT_GE(clock.seconds(0, 1), 0.0);
  EXPECT_GT(clock.seconds(1, 2), 0.0);
  EXPECT_DOUBLE_EQ(clock.seconds(0, 2), clock.seconds(0, 1) + clock.seconds(1, 2));
}

TEST(DeviceClock, AMarkBeyondTheLastIsRefused) {
  DeviceClock clock(torch::kCPU, 1);
  EXPECT_THROW(clock.mark(1), std::out_of_range);
}

TEST(DeviceClock, ADeviceWithoutANumberIsTheFirst) {
  EXPECT_EQ(numbered(torch::kCUDA), torch::Device(torch::kCUDA, 0));
  EXPECT_EQ(numbered(torch::Device(torch::kCUDA, 1)), torch::Device(torch::kCUDA, 1));
  EXPECT_EQ(numbered(torch::kCPU), torch::Device(torch::kCPU));
  wait_for(torch::kCPU);
}

}  // namespace
}  // namespace harness
