#include "harness/judge/paper_settings.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/testing/paper_documents.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(PaperSettings, RecordsAreOfWhatTheyState) {
  const auto settings = paper_settings;
  EXPECT_THAT(other_settings(master_weights_record(), settings(PaperExperiment::kMasterWeights)),
              IsEmpty());
  EXPECT_THAT(other_settings(loss_scaling_record(), settings(PaperExperiment::kLossScaling)),
              IsEmpty());
  EXPECT_THAT(other_settings(accumulation_record(), settings(PaperExperiment::kFp32Accumulation)),
              IsEmpty());
  EXPECT_THAT(other_settings(overflow_record(), settings(PaperExperiment::kOverflow)), IsEmpty());
}

/// Every statement fails by a setting that the record is not of.
void expect_each_seen(const Experiment& good, const Json& changes) {
  for (const auto& [key, value] : changes.items()) {
    Experiment one = good;
    one.settings["experiment"][key] = value;
    for (const auto& judged : judge_experiment(one)) {
      EXPECT_EQ(judged.verdict, Verdict::kFail) << key << ", " << judged.claim;
      EXPECT_THAT(judged.reason, HasSubstr("contradicts its settings")) << key;
    }
  }
}

TEST(PaperSettings, ASettingThatTheRecordIsNotOfIsSeen) {
  const auto documents = all_documents();
  expect_each_seen(documents[0], {{"steps", 70}, {"scale", nullptr}});
  expect_each_seen(documents[1], {{"batches", 0}, {"scale", -1.0}});
  expect_each_seen(documents[1], {{"batches", 5}, {"scale", 0.0}});
  expect_each_seen(documents[2], {{"off", 0.5}});
  expect_each_seen(
      documents[3],
      {{"scale", 4.0}, {"row_scale", 1.0}, {"dynamic_steps", 24}, {"static_steps", 8}});
}

TEST(PaperSettings, EachTrainingBeginsWithTheStatedScaleAndHasItsSteps) {
  using Run = ScaledTraining OverflowRecord::*;
  const Json settings = paper_settings(PaperExperiment::kOverflow);
  for (const Run run :
       {&OverflowRecord::mmcv_dynamic, &OverflowRecord::grad_scaler, &OverflowRecord::unguarded,
        &OverflowRecord::guarded, &OverflowRecord::row}) {
    OverflowRecord record = overflow_record();
    for (auto& step : (record.*run).trace) step.scale /= 4.0;
    EXPECT_THAT(other_settings(record, settings), HasSubstr("first scale"));
    record = overflow_record();
    (record.*run).steps = 9;
    EXPECT_THAT(other_settings(record, settings), HasSubstr("steps of"));
  }
  OverflowRecord record = overflow_record();
  record.batches = 3;
  EXPECT_THAT(other_settings(record, settings), HasSubstr("batches"));
}

TEST(PaperSettings, BothPhasesHaveTheStatedSteps) {
  const Json settings = paper_settings(PaperExperiment::kMasterWeights);
  MasterWeightsRecord record = master_weights_record();
  record.start.steps = 9;
  EXPECT_THAT(other_settings(record, settings), HasSubstr("at the start"));
  record = master_weights_record();
  record.published.steps = 9;
  EXPECT_THAT(other_settings(record, settings), HasSubstr("published"));
}

TEST(PaperSettings, WithoutSettingsNothingIsJudged) {
  for (auto one : all_documents()) {
    one.settings = Json::object();
    for (const auto& judged : judge_experiment(one)) {
      EXPECT_EQ(judged.verdict, Verdict::kFail) << judged.claim;
      EXPECT_THAT(judged.reason, HasSubstr("settings"));
    }
  }
}

}  // namespace
}  // namespace harness
