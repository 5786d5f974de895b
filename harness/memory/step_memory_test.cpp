#include "harness/memory/step_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr auto kForward = StepPhase::kForward;
constexpr auto kBackward = StepPhase::kBackward;

/// 100 bytes of weights, of which the forward pass keeps 30, with a workspace of 500 in a
/// convolution; backward needs 50 more for a moment.
StepAllocations small_step() {
  StepAllocations step;
  step.standing[1] = {100, &StandingMemory::weights};
  step.events = {{2, 500, kForward, "convolution", 1},
                 {3, 30, kForward, "convolution", 1},
                 {2, -500, kForward, "convolution", 1},
                 {4, 8, kForward, "cast", 2},
                 {4, -8, kForward, "other", 0},
                 {5, 50, kBackward, "batch_norm", 3},
                 {3, -30, kBackward, "batch_norm", 3},
                 {5, -50, kBackward, "other", 0},
                 {6, 4, StepPhase::kOptimizer, "other", 4}};
  return step;
}

MemoryRecord record_of(const StepAllocations& step) {
  MemoryRecord record;
  add_step_memory(step, record);
  return record;
}

TEST(StepMemory, ThePeakIsOfAllThatIsAliveTogether) {
  const MemoryPeak peak = record_of(small_step()).peak;
  EXPECT_EQ(peak.bytes, 630);
  EXPECT_EQ(peak.phase, "forward");
  EXPECT_EQ(peak.standing.weights, 100);
  EXPECT_THAT(peak.workspaces, ElementsAre(Pair("convolution", 500)));
  EXPECT_THAT(peak.activations, ElementsAre(Pair("convolution", 30)));
  EXPECT_THAT(peak.temporaries, IsEmpty());
}

TEST(StepMemory, WhatLivesBetweenOperatorsHasAPeakOfItsOwn) {
  const MemoryPeak peak = record_of(small_step()).tensors;
  EXPECT_EQ(peak.bytes, 180);
  EXPECT_EQ(peak.phase, "backward");
  EXPECT_THAT(peak.workspaces, IsEmpty());
  EXPECT_THAT(peak.activations, ElementsAre(Pair("convolution", 30)));
  EXPECT_THAT(peak.temporaries, ElementsAre(Pair("batch_norm", 50)));
}

TEST(StepMemory, ACopyThatOnlyChangesALayoutIsNoTensorOfTheModel) {
  StepAllocations step = small_step();
  step.events.insert(step.events.begin() + 3, {9, 7, kForward, "layout", 2});
  const MemoryRecord record = record_of(step);
  EXPECT_EQ(record.tensors.bytes, 180);
  EXPECT_THAT(record.kept, ElementsAre(Pair("convolution", 30)));
}

TEST(StepMemory, EachPhaseHasItsOwnPeak) {
  EXPECT_THAT(record_of(small_step()).phases,
              ElementsAre(Pair("backward", 180), Pair("forward", 630), Pair("optimizer", 104)));
}

TEST(StepMemory, APhaseThatOnlyReleasesHasWhatItBeganWith) {
  StepAllocations step = small_step();
  step.events.back() = {1, -100, StepPhase::kOptimizer, "other", 0};
  EXPECT_EQ(record_of(step).phases.at("optimizer"), 100);
}

TEST(StepMemory, WhatIsKeptIsWhatBackwardFinds) {
  EXPECT_THAT(record_of(small_step()).kept, ElementsAre(Pair("convolution", 30)));
}

TEST(StepMemory, AnAddressThatIsGivenOutAgainIsAnotherTensors) {
  StepAllocations step;
  step.standing[1] = {100, &StandingMemory::weights};
  // The release of 2 was not reported.
  step.events = {{2, 10, kForward, "relu", 1}, {2, 20, kForward, "pool", 2}};
  const MemoryPeak peak = record_of(step).peak;
  EXPECT_EQ(peak.bytes, 120);
  EXPECT_THAT(peak.activations, ElementsAre(Pair("pool", 20)));
}

TEST(StepMemory, StandingMemoryThatIsReleasedIsGone) {
  StepAllocations step;
  step.standing[1] = {100, &StandingMemory::weights};
  step.standing[7] = {9, &StandingMemory::input};
  step.events = {{7, -9, kForward, "other", 0}, {2, 5, kForward, "relu", 1}};
  const MemoryRecord record = record_of(step);
  EXPECT_EQ(record.peak.bytes, 105);
  EXPECT_EQ(record.peak.standing.input, 0);
}

TEST(StepMemory, WithoutEventsNothingIsKnown) {
  EXPECT_EQ(record_of({}).peak.bytes, 0);
}

}  // namespace
}  // namespace harness
