#include "harness/judge/training_consistency.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/trainings.h"

namespace harness {
namespace {
using testing::IsEmpty;

/// A training that skipped two steps and came down with its scale.
TrainingRecord scaled() {
  TrainingRecord record = training_record("fp16", 50.0);
  record.overflows = record.skipped = record.non_finite_steps = 2;
  record.skipped_steps = {0, 1};
  record.first_non_finite_step = 0;
  record.first_overflow = "overflow.json";
  record.scale = {1024, 512, 256, 1024, {{1, 512}, {2, 256}, {100, 512}}};
  record.validation = {{300, 51.0, 60.0, 70.0}, {600, 50.0, 60.0, 70.0}};
  record.best_miou = 51.0;
  record.gradients = {100, 40, 60};
  return record;
}

TEST(TrainingConsistency, WhatWasTrainedAgreesWithItself) {
  EXPECT_THAT(inconsistency(TrainingRecord()), IsEmpty());
  EXPECT_THAT(inconsistency(training_record("fp32", 50.0)), IsEmpty());
  EXPECT_THAT(inconsistency(scaled()), IsEmpty());
}

TEST(TrainingConsistency, LossesOfFiniteStepsAreNumbers) {
  for (double LossRecord::*const loss : {&LossRecord::first, &LossRecord::last}) {
    TrainingRecord record = training_record("fp16", 50.0);
    record.loss.*loss = NAN;
    EXPECT_FALSE(inconsistency(record).empty());
    record = scaled();
    record.loss.*loss = NAN;
    EXPECT_THAT(inconsistency(record), IsEmpty());
  }
}

TEST(TrainingConsistency, ReportsAreOfWhatHappened) {
  TrainingRecord record = training_record("fp16", 50.0);
  record.first_overflow = "overflow.json";
  EXPECT_FALSE(inconsistency(record).empty()) << "there was none";
  record.first_overflow.reset();
  record.flight = "flight.json";
  EXPECT_FALSE(inconsistency(record).empty()) << "nothing failed";
  record.non_finite_weights = 1;
  EXPECT_THAT(inconsistency(record), IsEmpty());
  record = scaled();
  record.scaler = "mmcv-dynamic";
  record.first_overflow.reset();
  EXPECT_THAT(inconsistency(record), IsEmpty()) << "a sum may overflow where no gradient does";
  record.scaler = "grad-scaler";
  EXPECT_FALSE(inconsistency(record).empty());
  record = scaled();
  record.flight = "flight.json";
  EXPECT_FALSE(inconsistency(record).empty()) << "a smaller scale mended what was skipped";
}

TEST(TrainingConsistency, TheFirstLostStepIsTheFirstThatWasSkippedOrApplied) {
  TrainingRecord record = scaled();
  record.skipped_steps = {3, 4};
  EXPECT_FALSE(inconsistency(record).empty());
  record.applied_non_finite_steps = 1;
  record.non_finite_steps = 3;
  EXPECT_THAT(inconsistency(record), IsEmpty()) << "one was applied before";
}

TEST(TrainingConsistency, OneThatStoppedEarlyDoesToo) {
  TrainingRecord record = scaled();
  record.iterations = record.steps = 300;
  record.seconds = 15.0;
  record.validation.pop_back();
  record.miou = 51.0;
  EXPECT_THAT(inconsistency(record), IsEmpty());
}

TEST(TrainingConsistency, EachContradictionIsSeen) {
  const std::pair<const char*, void (*)(TrainingRecord&)> kinds[] = {
      {"more than scheduled", [](auto& record) { record.scheduled_iterations = 599; }},
      {"more than asked", [](auto& record) { record.asked_iterations = 599; }},
      {"negative", [](auto& record) { record.iterations = -1; }},
      {"steps", [](auto& record) { record.steps = -1; }},
      {"skipped", [](auto& record) { record.skipped = 1; }},
      {"none skipped", [](auto& record) { record.skipped = 0; }},
      {"skipped without overflow", [](auto& record) { record.overflows = 1; }},
      {"overflows that are finite", [](auto& record) { record.overflows = 3; }},
      {"no validation at the end", [](auto& record) { record.validation[1].iteration = 599; }},
      {"more overflows than steps", [](auto& record) { record.overflows = 601; }},
      {"skipped twice",
       [](auto& record) {
         record.skipped_steps = {1, 1};
       }},
      {"skipped after the end",
       [](auto& record) {
         record.skipped_steps = {1, 600};
       }},
      {"a lost step", [](auto& record) { record.non_finite_steps = 3; }},
      {"applied", [](auto& record) { record.applied_non_finite_steps = 3; }},
      {"applied less than none", [](auto& record) { record.applied_non_finite_steps = -1; }},
      {"the first", [](auto& record) { record.first_non_finite_step = 599; }},
      {"no first", [](auto& record) { record.first_non_finite_step.reset(); }},
      {"weights", [](auto& record) { record.non_finite_weights = -1; }},
      {"last scale", [](auto& record) { record.scale.last = 256; }},
      {"least scale", [](auto& record) { record.scale.min = 128; }},
      {"largest scale", [](auto& record) { record.scale.max = 2048; }},
      {"first scale", [](auto& record) { record.scale.first = 2048; }},
      {"a change less", [](auto& record) { record.scale.changes.pop_back(); }},
      {"no change", [](auto& record) { record.scale.changes[1].scale = 512; }},
      {"order", [](auto& record) { record.scale.changes[1].step = 1; }},
      {"after the end", [](auto& record) { record.scale.changes[2].step = 600; }},
      {"gradients", [](auto& record) { record.gradients.zeros = 41; }},
      {"last mIoU", [](auto& record) { record.miou = 50.01; }},
      {"no mIoU", [](auto& record) { record.miou = NAN; }},
      {"best mIoU", [](auto& record) { record.best_miou = 50.0; }},
      {"no validation", [](auto& record) { record.validation.clear(); }},
      {"validated twice", [](auto& record) { record.validation[0].iteration = 600; }},
      {"validated later", [](auto& record) { record.validation[1].iteration = 601; }},
      {"no accuracy", [](auto& record) { record.validation[0].aacc = NAN; }},
      {"no pixel right", [](auto& record) { record.validation[0].aacc = 0.0; }},
      {"no class right", [](auto& record) { record.validation[0].macc = 0.0; }},
      {"mIoU above mAcc", [](auto& record) { record.validation[0].macc = 50.9; }},
      {"no percentage", [](auto& record) { record.validation[0].macc = 101.0; }},
      {"census", [](auto& record) { (*record.census)["loss"]["float16"] = 0; }},
      {"memory", [](auto& record) { record.peak_bytes = -5; }},
      {"a last loss of 0", [](auto& record) { record.loss.last = 0.0; }},
      {"a first loss below 0", [](auto& record) { record.loss.first = -1.0; }},
      {"rate", [](auto& record) { record.iterations_per_second = 21.0; }},
      {"no rate", [](auto& record) { record.iterations_per_second = NAN; }},
      {"time", [](auto& record) { record.seconds = 0.0; }}};
  for (const auto& [name, change] : kinds) {
    TrainingRecord record = scaled();
    change(record);
    EXPECT_FALSE(inconsistency(record).empty()) << name;
  }
}

TEST(TrainingConsistency, AScaleWithoutANumberIsInfinite) {
  TrainingRecord record = scaled();
  record.scale.changes[2].scale = record.scale.last = record.scale.max = NAN;
  EXPECT_THAT(inconsistency(record), IsEmpty());
  record.scale.max = 1024;
  EXPECT_FALSE(inconsistency(record).empty());
  for (double ScaleRecord::*const number :
       {&ScaleRecord::first, &ScaleRecord::last, &ScaleRecord::min, &ScaleRecord::max}) {
    record = scaled();
    record.scale.*number = NAN;
    EXPECT_FALSE(inconsistency(record).empty());
  }
}

TEST(TrainingConsistency, AScaleWithMoreChangesThanAreListedStaysWithinItsLimits) {
  TrainingRecord record = training_record("fp16", 50.0);
  const auto most = static_cast<std::int64_t>(TrainingRecord::kMostSteps);
  record.iterations = record.asked_iterations = record.scheduled_iterations = record.steps =
      2 * most;
  record.seconds = static_cast<double>(record.steps) / record.iterations_per_second;
  set_miou(record, 50.0);
  record.scale.changes.clear();
  for (std::int64_t i = 1; i <= most; ++i) {
    record.scale.changes.push_back({i, i % 2 == 0 ? 512.0 : 256.0});
  }
  record.scale = {512, 128, 64, 512, record.scale.changes};
  EXPECT_THAT(inconsistency(record), IsEmpty());
  record.scale.last = 32;
  EXPECT_FALSE(inconsistency(record).empty());
}

}  // namespace
}  // namespace harness
