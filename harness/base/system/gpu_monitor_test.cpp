#include "harness/base/system/gpu_monitor.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::ElementsAre;

/// The driver of testing/nvml_preload.cpp, showing that many GPUs.
std::unique_ptr<GpuMonitor> monitor_of(const char* gpus, const std::string& uuid = "") {
  ::setenv("HALFPROOF_GPUS", gpus, /*overwrite=*/1);
  return GpuMonitor::open(uuid, NVML_FOR_TESTS);
}

TEST(GpuMonitor, ReadsWhatTheDriverTells) {
  const auto monitor = monitor_of("1");
  ASSERT_NE(monitor, nullptr);
  const GpuState state = monitor->read();
  EXPECT_EQ(state.sm_mhz, 1201.0);
  EXPECT_EQ(state.memory_mhz, 1202.0);
  EXPECT_EQ(state.power_w, 312.5);
  EXPECT_EQ(state.temperature_c, 61.0);
  ASSERT_TRUE(state.reasons.has_value());
  EXPECT_THAT(*state.reasons, ElementsAre("application clocks", "software power cap"));
  EXPECT_EQ(state.processes, 2);
}

TEST(GpuMonitor, TheSecondGpuIsFoundByItsUuidAndTellsLess) {
  const auto monitor = monitor_of("2", "GPU-1");
  ASSERT_NE(monitor, nullptr);
  EXPECT_EQ(monitor->read().sm_mhz, std::nullopt);
  EXPECT_EQ(monitor->read().power_w, 312.5);
}

TEST(GpuMonitor, WithoutADriverOrSuchAGpuThereIsNone) {
  EXPECT_EQ(monitor_of("broken"), nullptr);
  EXPECT_EQ(monitor_of("0"), nullptr);
  EXPECT_EQ(monitor_of("2", "GPU-7"), nullptr);
  EXPECT_EQ(GpuMonitor::open("", "libno-such-driver.so.1"), nullptr);
}

TEST(GpuMonitor, OnlyIdlenessAndChosenClocksDoNotSlowDown) {
  EXPECT_FALSE(slows_down("gpu idle"));
  EXPECT_FALSE(slows_down("application clocks"));
  EXPECT_TRUE(slows_down("software power cap"));
  EXPECT_TRUE(slows_down("hardware thermal slowdown"));
  EXPECT_TRUE(slows_down("reason 0x800"));
}

}  // namespace
}  // namespace harness
