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
  record.batch = 4;
  for (std::int64_t i = 0; i < record.steps; ++i) {
    LockstepStep step;
    step.step = i;
    step.lr = 0.01;
    step.scale = 512.0;
    step.gradients = {1000, 10, 50, 1};
    step.loss.fp64 = 3.0 - static_cast<double>(i);
    step.distance.gradient = {1.0, 0.01, 0.01, 1e-6, 1e-6, {}};
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
      {"parameters", [](auto& record) { record.series[2].gradients.looked_at = 999; }}};
  for (const auto& [name, change] : kinds) {
    LockstepRecord record = three_steps();
    change(record);
    EXPECT_FALSE(inconsistency(record).empty()) << name;
  }
}

}  // namespace
}  // namespace harness
