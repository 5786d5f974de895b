#include "harness/judge/rules/file/log_claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using sample::Case;
using testing::HasSubstr;

Case owned() {
  Case sample;
  sample.claim = sample::claim("log.config", "log", "fcn_small_fp16");
  return sample;
}

Case scored(double published) {
  Case sample;
  sample.claim = sample::claim("log.miou", "log", published, 2);
  return sample;
}

TEST(LogClaims, TheLogNamesTheRowAndHoldsTheCheckpointsConfig) {
  const auto finding = owned().judge(judge_log_config);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, "fcn_small_fp16");
  EXPECT_EQ(finding.reason, "the log names the row; its config is the checkpoint's");
}

TEST(LogClaims, TheLogOfAnotherRowFails) {
  auto sample = owned();
  sample.log()["exp_name"] = "pspnet_small_fp16.py";
  EXPECT_EQ(sample.judge(judge_log_config).reason,
            "expected the log of fcn_small_fp16, this is the log of pspnet_small_fp16");
  EXPECT_EQ(sample.judge(judge_log_config).verdict, Verdict::kFail);
}

TEST(LogClaims, AnotherConfigUnderTheRightNameFails) {
  auto sample = owned();
  sample.log()["config"]["optimizer"]["lr"] = 0.01;
  const auto finding = sample.judge(judge_log_config);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.reason,
            "the log's config is not the checkpoint's: optimizer.lr: 0.01 against 0.05");
}

TEST(LogClaims, AnExperimentMayBeNamedByItsPath) {
  auto sample = owned();
  sample.log()["exp_name"] = "configs/fp16/fcn_small_fp16.py";
  EXPECT_EQ(sample.judge(judge_log_config).verdict, Verdict::kPass);
}

TEST(LogClaims, OldLogsHoldNoConfig) {
  auto sample = owned();
  sample.log()["config"] = nullptr;
  EXPECT_EQ(sample.judge(judge_log_config).reason,
            "the log names the row; the log holds no config to compare");
  sample.log().erase("exp_name");
  EXPECT_EQ(sample.judge(judge_log_config).verdict, Verdict::kNotVerifiable);
}

TEST(LogClaims, TheLastValidationLineIsThePublishedNumber) {
  const auto finding = scored(52.05).judge(judge_log_miou);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.reason, "equal, allowed 0.005; last of 4 validation lines, iteration 600");
}

TEST(LogClaims, OneDigitOfTheTableChangedFails) {
  for (const double wrong : {52.04, 52.06, 52.15, 53.05, 42.05}) {
    EXPECT_EQ(scored(wrong).judge(judge_log_miou).verdict, Verdict::kFail) << wrong;
  }
}

TEST(LogClaims, WhatTheLogRoundedAwayIsNoDigitOfTheTable) {
  auto sample = scored(52.06);
  sample.claim.tolerance = Tolerance{.abs = 0.0005, .reason = "the log's own rounding"};
  sample.log()["last_miou"] = 52.05;
  EXPECT_EQ(sample.judge(judge_log_miou).verdict, Verdict::kFail);
  sample.log()["last_miou"] = 52.0547;
  EXPECT_EQ(sample.judge(judge_log_miou).verdict, Verdict::kPass);
}

TEST(LogClaims, ALogWithoutANumberFails) {
  auto sample = scored(52.05);
  sample.log()["last_miou"] = nullptr;
  EXPECT_EQ(sample.judge(judge_log_miou).verdict, Verdict::kFail);
  sample.log()["validation_lines"] = 0;
  EXPECT_EQ(sample.judge(judge_log_miou).reason, "the log holds no validation line");
}

TEST(LogClaims, AMissingLogFailsAndAnUnpublishedOneIsNotVerifiable) {
  auto sample = scored(52.05);
  sample.log() = {{"error", "no such file"}, {"error_kind", "missing"}};
  EXPECT_EQ(sample.judge(judge_log_miou).verdict, Verdict::kFail);
  sample.log() = nullptr;
  sample.row.log = "";
  EXPECT_EQ(sample.judge(judge_log_miou).verdict, Verdict::kNotVerifiable);
  EXPECT_EQ(sample.judge(judge_log_config).verdict, Verdict::kNotVerifiable);
}

}  // namespace
}  // namespace harness
