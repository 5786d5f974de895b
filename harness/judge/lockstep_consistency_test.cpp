#include "harness/judge/lockstep_consistency.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/lockstep_records.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;

LockstepRecord three_steps() {
  return lockstep_record(3);
}

/// The first step overflowed.
LockstepRecord after_an_overflow() {
  SampleLockstep lockstep;
  lockstep.add(512.0, true);
  lockstep.add();
  return lockstep.record;
}

TEST(LockstepConsistency, StepsInOrderAgree) {
  EXPECT_THAT(inconsistency(three_steps()), IsEmpty());
  EXPECT_THAT(inconsistency(after_an_overflow()), IsEmpty());
}

TEST(LockstepConsistency, OnlyAGradientThatIsNotFiniteIsSkipped) {
  LockstepRecord record = after_an_overflow();
  record.scaler = "mmcv-dynamic";
  LockstepDistance& gradient = record.series[0].distance.gradient;
  gradient.policy = 1e9;
  EXPECT_THAT(inconsistency(record), HasSubstr("its gradient is finite"));
  // mmcv adds the elements in float.
  record.series[0].scale = 1e30;
  EXPECT_THAT(inconsistency(record), IsEmpty());
  record.scaler = "grad-scaler";
  EXPECT_THAT(inconsistency(record), HasSubstr("its gradient is finite"));
}

TEST(LockstepConsistency, EachContradictionIsSeen) {
  const std::pair<const char*, void (*)(LockstepRecord&)> kinds[] = {
      {"no batch", [](auto& record) { record.batch = 0; }},
      {"the same again",
       [](auto& record) {
         record.series[2] = record.series[1];
         record.series[2].step = 2;
       }},
      {"FP64 itself", [](auto& record) { record.series[1].distance.gradient.policy = 0.0; }},
      {"no twin", [](auto& record) { record.series[1].distance.gradient.twin = 0.0; }},
      {"no gradient", [](auto& record) { record.series[1].distance.gradient.norm = NAN; }},
      {"flushed", [](auto& record) { record.series[1].gradients.flushed = 11; }},
      {"length", [](auto& record) { record.steps = 4; }},
      {"repeated", [](auto& record) { record.series[2] = record.series[1]; }},
      {"numbered twice", [](auto& record) { record.series[2].step = 1; }},
      {"left out", [](auto& record) { record.series[0].step = 1; }},
      {"no scale", [](auto& record) { record.series[1].scale = 0.0; }},
      {"scale", [](auto& record) { record.series[1].scale = NAN; }},
      {"the rate grows", [](auto& record) { record.series[2].lr = 0.02; }},
      {"a static scale changes",
       [](auto& record) {
         record.scaler = "static";
         record.series[2].scale = 256.0;
       }},
      {"does not move", [](auto& record) { record.series[2].lr = 0.0; }},
      {"no rate", [](auto& record) { record.series[2].lr = INFINITY; }},
      {"skipped", [](auto& record) { record.series[2].skipped = true; }},
      {"an overflow that was applied", [](auto& record) { record.series[2].overflow = true; }},
      {"a pinned scale changes",
       [](auto& record) {
         record.scaler = "grad-scaler-pinned";
         record.series[2].scale = 256.0;
       }},
      {"parameters", [](auto& record) { record.series[2].gradients.looked_at = 999; }}};
  for (const auto& [name, change] : kinds) {
    LockstepRecord record = three_steps();
    change(record);
    EXPECT_FALSE(inconsistency(record).empty()) << name;
  }
}

}  // namespace
}  // namespace harness
