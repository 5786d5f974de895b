#include "harness/judge/rules/file/log_claims.h"

#include <cmath>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::HasSubstr;

/// A log with the checkpoint beside it.
struct Owned {
  LogRecord log = sample::log();
  CheckpointRecord checkpoint = sample::checkpoint();

  Finding judge() const {
    return judge_log_config(log, &checkpoint, sample::claim("log.config", "log", "fcn_small_fp16"));
  }
};

Finding scored(double published, const LogRecord& log = sample::log()) {
  return judge_log_miou(log, sample::claim("log.miou", "log", published, 2));
}

TEST(LogClaims, TheLogNamesTheRowAndHoldsTheCheckpointsConfig) {
  const auto finding = Owned().judge();
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, "fcn_small_fp16");
  EXPECT_EQ(finding.reason, "the log names the row; its config is the checkpoint's");
}

TEST(LogClaims, TheLogOfAnotherRowFails) {
  Owned sample;
  sample.log.exp_name = "pspnet_small_fp16.py";
  EXPECT_EQ(sample.judge().reason,
            "expected the log of fcn_small_fp16, this is the log of pspnet_small_fp16");
  EXPECT_EQ(sample.judge().verdict, Verdict::kFail);
}

TEST(LogClaims, AnotherConfigUnderTheRightNameFails) {
  Owned sample;
  sample.log.config["optimizer"]["lr"] = 0.01;
  const auto finding = sample.judge();
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.reason,
            "the log's config is not the checkpoint's: optimizer.lr: 0.01 against 0.05");
}

TEST(LogClaims, TheCheckpointIsOfTheSameExperiment) {
  Owned sample;
  sample.checkpoint.meta["exp_name"] = "pspnet_small_fp16.py";
  EXPECT_EQ(sample.judge().verdict, Verdict::kFail);
  EXPECT_EQ(sample.judge().reason,
            "expected one experiment, the log is of fcn_small_fp16 and the checkpoint of "
            "pspnet_small_fp16");
  sample.checkpoint.meta.erase("exp_name");
  EXPECT_EQ(sample.judge().verdict, Verdict::kPass);
}

TEST(LogClaims, AnExperimentMayBeNamedByItsPath) {
  Owned sample;
  sample.log.exp_name = "configs/fp16/fcn_small_fp16.py";
  EXPECT_EQ(sample.judge().verdict, Verdict::kPass);
}

TEST(LogClaims, OldLogsHoldNoConfig) {
  Owned sample;
  sample.log.config = nullptr;
  EXPECT_EQ(sample.judge().reason, "the log names the row; the log holds no config to compare");
  sample.log.exp_name.clear();
  EXPECT_EQ(sample.judge().verdict, Verdict::kNotVerifiable);
}

TEST(LogClaims, TheLastValidationLineIsThePublishedNumber) {
  const auto finding = scored(52.05);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.reason, "equal, allowed 0.005; last of 4 validation lines, iteration 600");
}

TEST(LogClaims, OneDigitOfTheTableChangedFails) {
  for (const double wrong : {52.04, 52.06, 52.15, 53.05, 42.05}) {
    EXPECT_EQ(scored(wrong).verdict, Verdict::kFail) << wrong;
  }
}

TEST(LogClaims, WhatTheLogRoundedAwayIsNoDigitOfTheTable) {
  LogRecord log = sample::log();
  Claim claim = sample::claim("log.miou", "log", 52.06, 2);
  claim.tolerance = Tolerance{.abs = 0.0005, .reason = "the log's own rounding"};
  log.last_miou = 52.05;
  EXPECT_EQ(judge_log_miou(log, claim).verdict, Verdict::kFail);
  log.last_miou = 52.0547;
  EXPECT_EQ(judge_log_miou(log, claim).verdict, Verdict::kPass);
}

/// Of a log that trains the classes of its line.
LogRecord validated(Json line, double miou = 52.05) {
  LogRecord log = sample::log();
  for (const auto& [key, value] : line.items()) {
    if (key.starts_with("IoU.")) log.environment["CLASSES"].push_back(key.substr(4));
  }
  log.last_validation = std::move(line);
  log.last_miou = miou;
  return log;
}

TEST(LogClaims, TheMeanIsThatOfItsClasses) {
  // mmseg rounds each to 0.01 points, and the mean; a class that does not exist is no number.
  for (const double sky : {0.541, 0.5411, 0.5409}) {
    const Json line = {{"mIoU", 0.5205}, {"IoU.road", 0.5}, {"IoU.sky", sky}, {"IoU.bus", nullptr}};
    EXPECT_EQ(scored(52.05, validated(line)).verdict, Verdict::kPass) << sky;
  }
  for (const double sky : {0.0, 0.5415, 0.5405}) {
    const Json line = {{"mIoU", 0.5205}, {"IoU.road", sky == 0.0 ? sky : 0.5}, {"IoU.sky", sky}};
    const auto finding = scored(52.05, validated(line));
    EXPECT_EQ(finding.verdict, Verdict::kFail) << sky;
    EXPECT_THAT(finding.reason, HasSubstr("the mean of its classes"));
  }
  const Json percent = {{"mIoU", 52.05}, {"IoU.road", 50.0}, {"IoU.sky", 54.1}};
  EXPECT_EQ(scored(52.05, validated(percent)).verdict, Verdict::kPass);
}

TEST(LogClaims, AClassHasBothOfItsNumbers) {
  const Json both = {{"mIoU", 0.5205}, {"mAcc", 0.6}, {"IoU.road", 0.5205}, {"Acc.road", 0.6}};
  EXPECT_EQ(scored(52.05, validated(both)).verdict, Verdict::kPass);
  const Json none = {{"mIoU", 0.5205}, {"mAcc", 0.6}};
  EXPECT_EQ(scored(52.05, validated(none)).verdict, Verdict::kPass) << "mmengine writes none";
  Json without = both;
  without.erase("IoU.road");
  EXPECT_THAT(scored(52.05, validated(without)).reason,
              HasSubstr("IoUs of 0 classes and accuracies of 1"));
  Json other = both;
  other["Acc.road"] = 0.62;
  EXPECT_THAT(scored(52.05, validated(other)).reason, HasSubstr("its mAcc is 60 %"));
}

/// A class that is left out takes its part of the mean with it.
TEST(LogClaims, EveryClassHasItsNumbers) {
  const Json line = {{"mIoU", 0.5205}, {"mAcc", 0.6},        {"IoU.bus", 0.5205},
                     {"Acc.bus", 0.6}, {"IoU.road", 0.5205}, {"Acc.road", 0.6}};
  LogRecord log = validated(line);
  EXPECT_EQ(scored(52.05, log).verdict, Verdict::kPass);
  log.last_validation.erase("IoU.bus");
  log.last_validation.erase("Acc.bus");
  EXPECT_THAT(scored(52.05, log).reason, HasSubstr("numbers of 1 classes, the log trains 2"));
  // Without names the config's count has to do: sample::config() has 19.
  log.environment.erase("CLASSES");
  EXPECT_THAT(scored(52.05, log).reason, HasSubstr("numbers of 1 classes, its config has 19"));
  log.config["model"]["decode_head"]["num_classes"] = 1;
  EXPECT_EQ(scored(52.05, log).verdict, Verdict::kPass);
  log.config = nullptr;
  EXPECT_EQ(scored(52.05, log).verdict, Verdict::kPass) << "nobody says how many there are";
}

TEST(LogClaims, AccuraciesAreAboveIousAndAroundThatOfAllPixels) {
  const Json line = {{"mIoU", 0.5205},    {"mAcc", 0.6},     {"aAcc", 0.61},
                     {"IoU.bus", 0.5005}, {"Acc.bus", 0.56}, {"IoU.road", 0.5405},
                     {"Acc.road", 0.64}};
  EXPECT_EQ(scored(52.05, validated(line)).verdict, Verdict::kPass);
  const std::pair<const char*, double> changes[] = {
      {"aAcc", 0.0}, {"aAcc", 0.55}, {"aAcc", 0.65}, {"mAcc", 0.52}};
  for (const auto& [key, value] : changes) {
    Json other = line;
    other[key] = value;
    EXPECT_EQ(scored(52.05, validated(other)).verdict, Verdict::kFail) << key << " " << value;
  }
  Json other = line;
  other["Acc.road"] = 0.54;
  other["Acc.bus"] = 0.66;
  EXPECT_THAT(scored(52.05, validated(other)).reason, HasSubstr("class road has a larger IoU"));
  EXPECT_EQ(scored(52.05, validated({{"mIoU", 0.5205}, {"aAcc", 0.0}})).verdict, Verdict::kFail);
}

TEST(LogClaims, NoShareIsAboveTheWhole) {
  for (const auto* key : {"aAcc", "mAcc", "IoU.road", "Acc.road"}) {
    for (const double wrong : {1.354, -0.1}) {
      Json line = {{"mIoU", 0.5205}, {key, wrong}};
      const auto finding = scored(52.05, validated(line));
      EXPECT_EQ(finding.verdict, Verdict::kFail) << key;
      EXPECT_THAT(finding.reason, HasSubstr(key));
    }
  }
  EXPECT_EQ(scored(52.05, validated({{"mIoU", 0.5205}, {"aAcc", 1.0}})).verdict, Verdict::kPass);
  EXPECT_EQ(scored(52.05, validated({{"mIoU", 52.05}, {"aAcc", 90.3}})).verdict, Verdict::kPass);
  EXPECT_EQ(scored(52.05, validated({{"mIoU", 52.05}, {"aAcc", 135.4}})).verdict, Verdict::kFail);
}

TEST(LogClaims, AMiouOfUnknownScaleIsNoContradiction) {
  LogRecord log = sample::log();
  log.last_miou = NAN;
  log.last_validation = {{"mIoU", "0.4, a fraction or a percentage"}};
  const Finding finding = scored(52.05, log);
  EXPECT_EQ(finding.verdict, Verdict::kNotVerifiable);
  EXPECT_EQ(finding.reason,
            "the log does not tell: its last mIoU is 0.4, a fraction or a percentage");
}

TEST(LogClaims, ALogWithoutANumberFails) {
  LogRecord log = sample::log();
  log.last_miou = NAN;
  EXPECT_EQ(scored(52.05, log).verdict, Verdict::kFail);
  log.validation_lines = 0;
  EXPECT_EQ(scored(52.05, log).reason, "the log holds no validation line");
  EXPECT_EQ(scored(52.05, LogRecord{}).verdict, Verdict::kFail);
}

TEST(LogClaims, WithoutACheckpointTheNameDecides) {
  const Claim claim = sample::claim("log.config", "log", "fcn_small_fp16");
  const auto finding = judge_log_config(sample::log(), nullptr, claim);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_THAT(finding.reason, HasSubstr("no checkpoint config to compare"));
}

}  // namespace
}  // namespace harness
