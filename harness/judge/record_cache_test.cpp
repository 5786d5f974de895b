#include "harness/judge/record_cache.h"

#include <gtest/gtest.h>

#include "harness/testing/trainings.h"

namespace harness {
namespace {

TEST(RecordCache, ReadsEachResultOnce) {
  RunResult result = training_result("fp32", 0, training_record("fp32", 50.0));
  const RunResult other = training_result("fp32", 1, training_record("fp32", 60.0));
  RecordCache cache;
  EXPECT_EQ(cache.consistent<TrainingRecord>(result).miou, 50.0);
  result.measurements.clear();
  EXPECT_EQ(cache.consistent<TrainingRecord>(result).miou, 50.0);
  EXPECT_EQ(cache.consistent<TrainingRecord>(other).miou, 60.0);
}

TEST(RecordCache, WhatCannotBeReadThrowsEveryTime) {
  RunResult result = training_result("fp32", 0, training_record("fp32", 50.0));
  result.reason = "killed by signal 9";
  RecordCache cache;
  EXPECT_THROW(cache.consistent<TrainingRecord>(result), Error);
  EXPECT_THROW(cache.consistent<TrainingRecord>(result), Error);
}

TEST(RecordCache, OneResultIsReadAsWhatIsAskedFor) {
  const RunResult result = training_result("fp32", 0, training_record("fp32", 50.0));
  RecordCache cache;
  EXPECT_THROW(cache.consistent<MemoryRecord>(result), Error);
  EXPECT_EQ(cache.consistent<TrainingRecord>(result).miou, 50.0);
}

}  // namespace
}  // namespace harness
