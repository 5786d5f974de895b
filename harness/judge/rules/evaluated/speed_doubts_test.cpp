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
  EXPECT_THAT(disturbance(result, std::nullopt), IsEmpty());
  EXPECT_THAT(unbounded(result, record), IsEmpty());
}

TEST(SpeedDoubts, ASpeedAboveTheRoofNeedsKernelsThatExplainIt) {
  SpeedRecord record = sample::speed_record("fp16");
  const double rate = network_rate(record) / 1e12;
  record.roof_before->half_tflops = {rate / 1.1, rate / 1.1, 5};
  EXPECT_THAT(unbounded(sample::speed(), record), IsEmpty()) << "its kernels are judged";
  record.kernels.emplace().absence = "CUPTI_ERROR_INSUFFICIENT_PRIVILEGES";
  EXPECT_THAT(unbounded(sample::speed(), record), HasSubstr("no kernel was seen"));
  record.roof_before->half_tflops.best = rate;
  EXPECT_THAT(unbounded(sample::speed(), record), IsEmpty());
  record.roof_before.reset();
  EXPECT_THAT(unbounded(sample::speed(), record), HasSubstr("roof in fp16"));
}

}  // namespace
}  // namespace harness
