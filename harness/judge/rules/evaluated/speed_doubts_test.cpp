#include "harness/judge/rules/evaluated/speed_doubts.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/judge/speed_consistency.h"
#include "harness/testing/speed_records.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;

TEST(SpeedDoubts, WhatWasWatchedAndBoundedIsNotDoubted) {
  const SpeedRecord record = sample::speed_record("fp16");
  EXPECT_THAT(disturbance(sample::speed(), record.own->clocks), IsEmpty());
  EXPECT_THAT(unbounded(sample::speed(), record), IsEmpty());
  EXPECT_THAT(incompleteness(*record.source), IsEmpty());
  EXPECT_THAT(too_few_rounds(*record.own), IsEmpty());
}

TEST(SpeedDoubts, EachReadingThatIsMissingIsOne) {
  const std::pair<SpreadRecord ClocksRecord::*, const char*> readings[] = {
      {&ClocksRecord::sm_mhz, "its clock"},
      {&ClocksRecord::memory_mhz, "memory's clock"},
      {&ClocksRecord::temperature_c, "temperature"}};
  for (const auto& [reading, name] : readings) {
    for (const auto part : {&SpreadRecord::min, &SpreadRecord::median, &SpreadRecord::max}) {
      ClocksRecord clocks = sample::clocks();
      clocks.*reading.*part = kNotMeasured;
      EXPECT_THAT(disturbance(sample::speed(), clocks), HasSubstr(name));
    }
  }
  ClocksRecord clocks = sample::clocks();
  clocks.reasons["not told"] = 1;
  EXPECT_THAT(disturbance(sample::speed(), clocks), HasSubstr("not told"));
  EXPECT_THAT(disturbance(sample::speed(), std::nullopt), HasSubstr("nobody watched"));
}

TEST(SpeedDoubts, AMonitorThatEndedEarlyIsOne) {
  const SpeedRecord record = sample::speed_record("fp16");
  EXPECT_THAT(unwatched(record.source->clocks, seconds_of(*record.source)), IsEmpty());
  EXPECT_THAT(unwatched(record.own->clocks, seconds_of(*record.own)), IsEmpty());
  EXPECT_DOUBLE_EQ(seconds_of(*record.own),
                   0.1153 + 0.1155 + 3 * 0.1157 + 0.116 + 0.375 + 3 * 0.376 + 0.377);
  EXPECT_THAT(unwatched(sample::clocks(2.5), 5.0), IsEmpty());
  EXPECT_THAT(unwatched(sample::clocks(2.4), 5.0), HasSubstr("read 24 times in 5 s"));
  // One reading is all that a moment has.
  EXPECT_THAT(unwatched(sample::clocks(0.1), 0.15), IsEmpty());
  EXPECT_THAT(unwatched(std::nullopt, 5.0), IsEmpty());
}

TEST(SpeedDoubts, ACpuIsNotWatched) {
  RunResult result = sample::speed();
  result.device = "cpu";
  SpeedRecord record = sample::speed_record("fp16");
  record.roof_before.reset();
  record.roof_after.reset();
  record.own->warmup_seconds = 0.5;
  EXPECT_THAT(coldness(result, *record.own), IsEmpty());
  EXPECT_THAT(disturbance(result, std::nullopt), IsEmpty());
  EXPECT_THAT(unbounded(result, record), IsEmpty());
}

TEST(SpeedDoubts, ASpeedAboveTheRoofNeedsKernelsThatExplainIt) {
  SpeedRecord record = sample::speed_record("fp16");
  const double rate = network_rate(record) / 1e12;
  record.roof_before->half_tflops = {rate / 1.1, rate / 1.1, 5};
  record.roof_after = record.roof_before;
  EXPECT_THAT(unbounded(sample::speed(), record), IsEmpty()) << "its kernels are judged";
  record.kernels.emplace().absence = "CUPTI_ERROR_INSUFFICIENT_PRIVILEGES";
  EXPECT_THAT(unbounded(sample::speed(), record), HasSubstr("no kernel was seen"));
  record.roof_before->half_tflops.best = rate;
  EXPECT_THAT(unbounded(sample::speed(), record), IsEmpty());
  record.roof_before.reset();
  record.roof_after.reset();
  EXPECT_THAT(unbounded(sample::speed(), record), HasSubstr("roof in fp16"));
}

TEST(SpeedDoubts, ARoofThatChangedIsOne) {
  SpeedRecord record = sample::speed_record("fp32");
  record.roof_after->half_tflops.best *= 10.0;
  EXPECT_THAT(unbounded(sample::speed("fp32"), record), IsEmpty());
  EXPECT_THAT(unbounded(sample::speed("fp16"), record), HasSubstr("100 TFLOP/s before and 1000"));
  record.roof_before->fp32_tflops.best *= 1.6;
  EXPECT_THAT(unbounded(sample::speed("fp32"), record), HasSubstr("22.4 TFLOP/s before"));
}

TEST(SpeedDoubts, AClockThatFellForNoReasonIsOne) {
  RunResult result = sample::speed();
  ClocksRecord clocks = sample::clocks();
  clocks.sm_mhz = {680.0, 680.0, 1380.0};
  EXPECT_THAT(disturbance(result, clocks), HasSubstr("its clock at 680 of 1380 MHz"));
  clocks.sm_mhz = {200.0, 700.0, 1380.0};
  EXPECT_THAT(disturbance(result, clocks), IsEmpty());
  result.environment.gpu->sm_clock_mhz = 1980;
  EXPECT_THAT(disturbance(result, clocks), HasSubstr("its clock at 700 of 1980 MHz"));
  result.environment.gpu->sm_clock_mhz = 345;
  result.environment.gpu->memory_clock_mhz = 2000;
  EXPECT_THAT(disturbance(result, clocks), HasSubstr("its memory's clock at 877 of 2000 MHz"));
}

TEST(SpeedDoubts, KernelsThatDoNotMakeUpTheNetworksTimeAreOne) {
  SpeedRecord record = sample::speed_record("fp16");
  EXPECT_THAT(unexplained(sample::speed(), record), IsEmpty());
  record.own->network.median = computing_seconds(*record.kernels) / 0.81;
  EXPECT_THAT(unexplained(sample::speed(), record), IsEmpty());
  record.own->network.median = computing_seconds(*record.kernels) / 0.79;
  EXPECT_THAT(unexplained(sample::speed(), record), HasSubstr("compute for"));
  record.kernels = {"CUPTI refuses", {}, {}};
  EXPECT_THAT(unexplained(sample::speed(), record), IsEmpty());
}

TEST(SpeedDoubts, AGpuThatWasNotWarmedUpIsOne) {
  SpeedRecord record = sample::speed_record("fp16");
  EXPECT_THAT(coldness(sample::speed(), *record.own), IsEmpty());
  record.own->warmup_seconds = 0.99;
  EXPECT_THAT(coldness(sample::speed(), *record.own), HasSubstr("warmed up"));
}

}  // namespace
}  // namespace harness
