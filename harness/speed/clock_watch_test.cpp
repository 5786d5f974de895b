#include "harness/speed/clock_watch.h"

#include <cmath>
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::ElementsAre;
using testing::Pair;

TEST(ClockWatch, WithoutAMonitorThereIsNothing) {
  ClockWatch watch(nullptr);
  EXPECT_EQ(watch.stop(), std::nullopt);
}

TEST(ClockWatch, ReadsAtLeastOnce) {
  ::setenv("HALFPROOF_GPUS", "1", /*overwrite=*/1);
  const auto monitor = GpuMonitor::open("", NVML_FOR_TESTS);
  ASSERT_NE(monitor, nullptr);
  ClockWatch watch(monitor.get());
  const auto clocks = watch.stop();
  ASSERT_TRUE(clocks.has_value());
  EXPECT_GE(clocks->samples, 1);
  EXPECT_EQ(clocks->sm_mhz.median, 1201.0);
  EXPECT_EQ(clocks->reasons.at("software power cap"), clocks->samples);
  EXPECT_EQ(clocks->other_processes, 1);
}

TEST(ClockWatch, SamplesAreCountedTogether) {
  GpuState cool;
  cool.sm_mhz = 1980.0;
  cool.temperature_c = 50.0;
  cool.reasons.emplace();
  GpuState hot = cool;
  hot.sm_mhz = 1400.0;
  hot.reasons = {"software power cap", "gpu idle"};
  hot.processes = 3;
  GpuState silent;
  const ClocksRecord record = clocks_record({cool, hot, hot, silent});
  EXPECT_EQ(record.samples, 4);
  EXPECT_EQ(record.sm_mhz.min, 1400.0);
  EXPECT_EQ(record.sm_mhz.median, 1400.0);
  EXPECT_EQ(record.sm_mhz.max, 1980.0);
  EXPECT_TRUE(std::isnan(record.power_w.median));
  EXPECT_THAT(record.reasons,
              ElementsAre(Pair("gpu idle", 2), Pair("not told", 1), Pair("software power cap", 2)));
  EXPECT_EQ(record.other_processes, 2);
}

}  // namespace
}  // namespace harness
