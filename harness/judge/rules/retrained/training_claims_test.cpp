#include "harness/judge/rules/retrained/training_claims.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/trainings.h"

namespace harness {
namespace {

using testing::HasSubstr;

TEST(RetrainedArithmetic, IsWhatEveryTrainingDispatched) {
  const struct {
    const char* name;
    void (*change)(TrainingRecord&);
    Verdict expected;
  } cases[] = {
      {"nothing", [](TrainingRecord&) {}, Verdict::kPass},
      {"all in float32",
       [](TrainingRecord& record) {
         for (auto& [kind, types] : *record.census) types = {{"float32", 69}};
       },
       Verdict::kFail},
      {"one in float32",
       [](TrainingRecord& record) { (*record.census)["convolution"]["float32"] = 1; },
       Verdict::kFail},
      {"no gradient", [](TrainingRecord& record) { record.census->erase("convolution_backward"); },
       Verdict::kFail},
      {"an empty count", [](TrainingRecord& record) { (*record.census)["loss"].clear(); },
       Verdict::kFail},
      {"no census", [](TrainingRecord& record) { record.census.reset(); }, Verdict::kFail},
      {"another policy", [](TrainingRecord& record) { record.policy = "fp16-amp"; },
       Verdict::kFail},
  };
  for (const auto& one : cases) {
    auto records = trainings({50.0, 51.0});
    one.change(records[1]);
    const auto finding = retrained_arithmetic(records, Policy::kFp16Master);
    EXPECT_EQ(finding.verdict, one.expected) << one.name;
    if (one.expected == Verdict::kFail) {
      EXPECT_THAT(finding.reason, HasSubstr("seed 1"));
    }
  }
}

TEST(RetrainedFinite, AScaleThatWasStillComingDownIsAmbiguous) {
  auto records = trainings({50.0, 51.0});
  for (auto& [seed, record] : records) {
    record.scaler = "mmcv-dynamic";
    record.scheduled_iterations = 900;
    record.skipped = record.non_finite_steps = record.steps = 4;
    record.scale = {64, 8, 8, 64, {{1, 32}, {2, 16}, {3, 8}}};
  }
  EXPECT_EQ(retrained_finite(records, 0.0).verdict, Verdict::kAmbiguous);
  records[0].scale.changes.clear();
  EXPECT_EQ(retrained_finite(records, 0.0).verdict, Verdict::kFail);
}

TEST(RetrainedFinite, WhatWasAppliedCountsAndWhatWasSkippedDoesNot) {
  const struct {
    const char* name;
    void (*change)(TrainingRecord&);
    Verdict expected;
  } cases[] = {
      {"nothing", [](TrainingRecord&) {}, Verdict::kPass},
      {"skipped by design",
       [](TrainingRecord& record) { record.non_finite_steps = record.skipped = 16; },
       Verdict::kPass},
      {"applied",
       [](TrainingRecord& record) {
         record.non_finite_steps = record.applied_non_finite_steps = 1;
       },
       Verdict::kFail},
      {"one applied among skipped ones",
       [](TrainingRecord& record) {
         record.non_finite_steps = 17;
         record.skipped = 16;
         record.applied_non_finite_steps = 1;
       },
       Verdict::kFail},
      {"every step skipped",
       [](TrainingRecord& record) { record.non_finite_steps = record.skipped = 600; },
       Verdict::kFail},
      {"every step skipped by a scale that moves",
       [](TrainingRecord& record) {
         record.scaler = "mmcv-dynamic";
         record.non_finite_steps = record.skipped = 600;
       },
       Verdict::kFail},
      {"weights", [](TrainingRecord& record) { record.non_finite_weights = 3; }, Verdict::kFail},
  };
  for (const auto& one : cases) {
    auto records = trainings({50.0, 51.0});
    one.change(records[1]);
    const auto finding = retrained_finite(records, 0);
    EXPECT_EQ(finding.verdict, one.expected) << one.name;
  }
  EXPECT_EQ(retrained_finite(trainings({50.0, 51.0}), 0).measured, 0);
  EXPECT_EQ(retrained_finite(trainings({50.0, 51.0}), 1000).verdict, Verdict::kFail);
}

Finding memory(const TrainingRecords& half, const TrainingRecords& single,
               std::optional<double> ratio) {
  return retrained_memory(half, single, {ratio, 0.0, Tolerance{0.03, 0.0, "another allocator"}});
}

TEST(RetrainedMemory, IsARatioBesideTheNumberThatIsNotPublished) {
  auto half = trainings({50.0}, "fp16");
  auto single = trainings({50.0}, "fp32");
  EXPECT_EQ(memory(half, single, std::nullopt).verdict, Verdict::kNotVerifiable);
  EXPECT_EQ(memory(half, single, std::nullopt).measured, 0.6);
  half[0].iterations_per_second = 17.52;
  single[0].iterations_per_second = 16.9;
  EXPECT_THAT(memory(half, single, 0.6).reason, HasSubstr("17.5 it/s against 16.9"));
  EXPECT_EQ(memory(half, single, 0.58).verdict, Verdict::kPass);
  EXPECT_EQ(memory(half, single, 0.5).verdict, Verdict::kFail);
}

TEST(RetrainedMemory, EveryTrainingIsLookedAt) {
  auto half = trainings({50.0, 50.0}, "fp16");
  auto single = trainings({50.0, 50.0}, "fp32");
  EXPECT_EQ(memory(half, single, 0.6).verdict, Verdict::kPass);
  half[1].peak_bytes = 900000;
  EXPECT_EQ(memory(half, single, 0.6).verdict, Verdict::kFail);
  EXPECT_EQ(memory(half, single, 0.6).measured, 0.9);
  half[1].peak_bytes = 600000;
  single[1].peak_bytes = 2000000;
  EXPECT_EQ(memory(half, single, 0.6).measured, 0.3);
  // The largest half is compared with the smallest single one, though both grew alike.
  half[1].peak_bytes = 900000;
  single[1].peak_bytes = 1500000;
  EXPECT_EQ(memory(half, single, 0.6).measured, 0.9);
  single[1].peak_bytes.reset();
  EXPECT_EQ(memory(half, single, 0.6).verdict, Verdict::kFail);
  single[1].peak_bytes = 0;
  EXPECT_EQ(memory(half, single, 0.6).verdict, Verdict::kFail);
}

TEST(TrainingClaims, AreJudgedByTheResultsOfTheJob) {
  Trained finite("retrain.finite", 0);
  finite.add("fp16", {50.0, 51.0});
  EXPECT_EQ(finite.judge(judge_retrained_finite).verdict, Verdict::kPass);
  EXPECT_EQ(finite.judge(judge_retrained_finite).precision, "fp16");
  Trained arithmetic("retrain.arithmetic", "fp16-master");
  arithmetic.add("fp16", {50.0});
  EXPECT_EQ(arithmetic.judge(judge_retrained_arithmetic).verdict, Verdict::kPass);
  Trained ratio("retrain.memory", 0.6);
  ratio.add("fp16", {50.0});
  EXPECT_EQ(ratio.judge(judge_retrained_memory).verdict, Verdict::kFail);
  ratio.add("fp32", {50.0});
  EXPECT_EQ(ratio.judge(judge_retrained_memory).verdict, Verdict::kPass);
}

}  // namespace
}  // namespace harness
