#include "harness/judge/lockstep_consistency.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::IsEmpty;

LockstepRecord three_steps() {
  LockstepRecord record;
  record.steps = 3;
  for (std::int64_t i = 0; i < record.steps; ++i) {
    LockstepStep step;
    step.step = i;
    step.lr = 0.01;
    step.scale = 512.0;
    step.gradients.looked_at = 1000;
    record.series.push_back(step);
  }
  return record;
}

TEST(LockstepConsistency, StepsInOrderAgree) {
  EXPECT_THAT(inconsistency(three_steps()), IsEmpty());
  LockstepRecord record = three_steps();
  record.series[0].skipped = record.series[0].overflow = true;
  record.series[0].lr = 0.0;
  EXPECT_THAT(inconsistency(record), IsEmpty());
}

TEST(LockstepConsistency, EachContradictionIsSeen) {
  const std::pair<const char*, void (*)(LockstepRecord&)> kinds[] = {
      {"length", [](auto& record) { record.steps = 4; }},
      {"repeated", [](auto& record) { record.series[2] = record.series[1]; }},
      {"left out", [](auto& record) { record.series[0].step = 1; }},
      {"no scale", [](auto& record) { record.series[1].scale = 0.0; }},
      {"scale", [](auto& record) { record.series[1].scale = NAN; }},
      {"does not move", [](auto& record) { record.series[2].lr = 0.0; }},
      {"no rate", [](auto& record) { record.series[2].lr = INFINITY; }},
      {"skipped", [](auto& record) { record.series[2].skipped = true; }},
      {"parameters", [](auto& record) { record.series[2].gradients.looked_at = 999; }}};
  for (const auto& [name, change] : kinds) {
    LockstepRecord record = three_steps();
    change(record);
    EXPECT_FALSE(inconsistency(record).empty()) << name;
  }
}

}  // namespace
}  // namespace harness
