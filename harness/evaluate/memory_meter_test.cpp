#include "harness/evaluate/memory_meter.h"

#include <thread>

#include <gtest/gtest.h>
#include <torch/cuda.h>
#include <torch/types.h>

namespace harness {
namespace {

constexpr std::int64_t kMegabyte = 1 << 20;

torch::Tensor megabytes(std::int64_t count) {
  return torch::empty({count * kMegabyte}, torch::kByte);
}

TEST(MemoryMeter, SeesThePeakOfLiveTensorsAndNotTheirSum) {
  const MemoryMeter meter(torch::kCPU);
  const auto before = meter.current_bytes();
  for (int i = 0; i < 5; ++i) megabytes(3);
  const auto kept = megabytes(2);
  EXPECT_EQ(meter.current_bytes() - before, 2 * kMegabyte);
  EXPECT_EQ(meter.peak_bytes() - before, 3 * kMegabyte);
}

TEST(MemoryMeter, StartsAgainFromWhatIsAlive) {
  { const MemoryMeter first(torch::kCPU); }
  const auto kept = megabytes(2);
  megabytes(8);
  const MemoryMeter meter(torch::kCPU);
  EXPECT_EQ(meter.peak_bytes(), meter.current_bytes());
  EXPECT_GE(meter.current_bytes(), 2 * kMegabyte);
}

TEST(MemoryMeter, CountsEveryThread) {
  const MemoryMeter meter(torch::kCPU);
  const auto before = meter.current_bytes();
  torch::Tensor kept;
  std::thread([&kept] { kept = megabytes(4); }).join();
  EXPECT_EQ(meter.current_bytes() - before, 4 * kMegabyte);
  std::thread([&kept] { kept.reset(); }).join();
  EXPECT_EQ(meter.current_bytes(), before);
}

TEST(MemoryMeter, LeavesTensorsAsTheyAre) {
  const auto older = torch::arange(1000);
  const MemoryMeter meter(torch::kCPU);
  const auto sum = (older + torch::ones({1000})).sum();
  EXPECT_EQ(sum.item<double>(), 999.0 * 1000 / 2 + 1000);
  EXPECT_EQ(torch::empty({0}).numel(), 0);
}

TEST(MemoryMeter, RefusesCudaWhereThereIsNone) {
  if (torch::cuda::is_available()) GTEST_SKIP() << "a gpu: this is about machines without one";
  EXPECT_THROW(MemoryMeter(torch::kCUDA), c10::Error);
}

}  // namespace
}  // namespace harness
