#include "harness/judge/rules/file/config_claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using sample::Case;
using testing::HasSubstr;

Case claiming(const char* id, Json value) {
  Case sample;
  sample.claim = sample::claim(id, "file", std::move(value));
  return sample;
}

void drop_configs(Case& sample) {
  sample.checkpoint()["config"] = nullptr;
  sample.log()["config"] = nullptr;
}

TEST(ConfigClaims, TheCropStandsInBothConfigs) {
  const auto finding = claiming("config.crop", "64x128").judge(judge_crop);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, "64x128");
  EXPECT_EQ(finding.reason, "stated by checkpoint config and log config");
}

TEST(ConfigClaims, TheInheritedCropIsNotTheOneTrainedWith) {
  const auto finding = claiming("config.crop", "512x1024").judge(judge_crop);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.measured, "64x128");
  EXPECT_THAT(finding.reason, HasSubstr("checkpoint config says 64x128"));
}

TEST(ConfigClaims, ALogOfAnotherCropContradicts) {
  auto sample = claiming("config.crop", "64x128");
  sample.log()["config"]["data"]["train"]["pipeline"][1]["crop_size"] = {32, 64};
  const auto finding = sample.judge(judge_crop);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.measured, "32x64");
  EXPECT_EQ(finding.reason, "expected \"64x128\": log config says 32x64");
}

TEST(ConfigClaims, AFactThatNobodyStatesIsNotVerifiable) {
  auto sample = claiming("config.crop", "64x128");
  drop_configs(sample);
  EXPECT_EQ(sample.judge(judge_crop).verdict, Verdict::kNotVerifiable);
}

TEST(ConfigClaims, TheLogAloneIsEnough) {
  auto sample = claiming("config.crop", "64x128");
  sample.checkpoint() = {{"error", "gone"}, {"error_kind", "missing"}};
  EXPECT_EQ(sample.judge(judge_crop).reason, "stated by log config");
}

TEST(ConfigClaims, WithNeitherFileTheCheckpointsAbsenceCounts) {
  auto sample = claiming("config.crop", "64x128");
  sample.checkpoint() = {{"error", "offline"}, {"error_kind", "unreachable"}};
  sample.log() = {{"error", "offline"}, {"error_kind", "unreachable"}};
  EXPECT_EQ(sample.judge(judge_crop).verdict, Verdict::kSkipped);
  sample.results.clear();
  EXPECT_EQ(sample.judge(judge_crop).verdict, Verdict::kFail);
}

TEST(ConfigClaims, IterationsStandInFourPlaces) {
  const auto finding = claiming("config.iterations", 600).judge(judge_iterations);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, 600);
  EXPECT_EQ(finding.reason,
            "stated by checkpoint config, log config, last log line and checkpoint meta");
}

TEST(ConfigClaims, ACheckpointCountsIterationsFromZeroInSomeVersions) {
  auto sample = claiming("config.iterations", 600);
  sample.checkpoint()["meta"]["iter"] = 599;
  EXPECT_EQ(sample.judge(judge_iterations).verdict, Verdict::kPass);
  sample.checkpoint()["meta"]["iter"] = 598;
  EXPECT_THAT(sample.judge(judge_iterations).reason, HasSubstr("checkpoint meta says 598"));
}

TEST(ConfigClaims, ATrainingThatEndedEarlyFails) {
  auto sample = claiming("config.iterations", 600);
  sample.log()["last_iteration"] = 450;
  const auto finding = sample.judge(judge_iterations);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.measured, 450);
  EXPECT_EQ(finding.reason, "expected 600 iterations: last log line says 450");
}

TEST(ConfigClaims, TheLossScaleStandsInConfigsAndSavedState) {
  const auto finding = claiming("loss_scale", 512).judge(judge_loss_scale);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, 512);
  EXPECT_THAT(finding.reason, HasSubstr("saved scaler"));
  EXPECT_THAT(finding.reason, HasSubstr("in no published file"));
}

TEST(ConfigClaims, AnotherLossScaleFails) {
  EXPECT_EQ(claiming("loss_scale", 128).judge(judge_loss_scale).verdict, Verdict::kFail);
  auto sample = claiming("loss_scale", 512);
  sample.checkpoint()["meta"]["fp16"]["loss_scaler"]["cur_scale"] = 256.0;
  const auto finding = sample.judge(judge_loss_scale);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.reason, "expected a static loss scale 512: saved scaler says 256");
}

TEST(ConfigClaims, ADynamicScaleIsNotAStaticOne) {
  auto sample = claiming("loss_scale", 512);
  sample.log()["config"]["optimizer_config"]["loss_scale"] = "dynamic";
  EXPECT_THAT(sample.judge(judge_loss_scale).reason, HasSubstr("log config says dynamic"));
  sample = claiming("loss_scale", 512);
  sample.checkpoint()["meta"]["fp16"]["loss_scaler"]["mode"] = "dynamic";
  EXPECT_THAT(sample.judge(judge_loss_scale).reason, HasSubstr("saved scaler says dynamic 512"));
}

TEST(ConfigClaims, ADynamicRowMovesItsScale) {
  auto sample = claiming("loss_scale", "dynamic");
  for (Json* config : {&sample.checkpoint()["config"], &sample.log()["config"]}) {
    (*config)["optimizer_config"]["loss_scale"] = "dynamic";
  }
  sample.checkpoint()["meta"]["fp16"]["loss_scaler"] = {{"cur_scale", 65536.0},
                                                        {"mode", "dynamic"}};
  EXPECT_EQ(sample.judge(judge_loss_scale).verdict, Verdict::kPass);
  EXPECT_EQ(sample.judge(judge_loss_scale).measured, "dynamic");
}

TEST(ConfigClaims, APinnedGradScalerKeepsItsScale) {
  auto sample = claiming("loss_scale", 512);
  const auto pinned = ScalerOptions::defaults(ScalerType::kGradScalerPinned);
  sample.row.arithmetic = Arithmetic{Policy::kFp16Amp, pinned, {}};
  sample.checkpoint()["meta"]["fp16"]["loss_scaler"] = {{"scale", 512.0}, {"growth_factor", 2.0}};
  EXPECT_EQ(sample.judge(judge_loss_scale).verdict, Verdict::kPass);
  sample.checkpoint()["meta"]["fp16"]["loss_scaler"]["scale"] = 1024.0;
  EXPECT_EQ(sample.judge(judge_loss_scale).verdict, Verdict::kFail);
}

TEST(ConfigClaims, ARowWithoutAScalerHasNoLossScale) {
  auto sample = claiming("loss_scale", "none");
  EXPECT_EQ(sample.judge(judge_loss_scale).reason,
            "expected no loss scale: checkpoint config says 512; log config says 512; saved "
            "scaler says 512");
  sample.checkpoint()["meta"].erase("fp16");
  for (Json* config : {&sample.checkpoint()["config"], &sample.log()["config"]}) {
    (*config)["optimizer_config"] = Json::object();
  }
  EXPECT_EQ(sample.judge(judge_loss_scale).verdict, Verdict::kPass);
}

TEST(ConfigClaims, TheNameOfADynamicScalerExpectsOne) {
  auto sample = claiming("loss_scale", "mmcv-dynamic");
  EXPECT_EQ(sample.judge(judge_loss_scale).verdict, Verdict::kFail);
  for (Json* config : {&sample.checkpoint()["config"], &sample.log()["config"]}) {
    (*config)["optimizer_config"]["loss_scale"] = "dynamic";
  }
  sample.checkpoint()["meta"]["fp16"]["loss_scaler"]["mode"] = "dynamic";
  EXPECT_EQ(sample.judge(judge_loss_scale).verdict, Verdict::kPass);
}

TEST(ConfigClaims, AConfigWithoutALossScaleFails) {
  auto sample = claiming("loss_scale", 512);
  sample.checkpoint()["config"]["optimizer_config"] = Json::object();
  EXPECT_EQ(sample.judge(judge_loss_scale).reason,
            "expected a static loss scale 512: checkpoint config says no loss scale");
  drop_configs(sample);
  sample.checkpoint()["meta"].erase("fp16");
  EXPECT_EQ(sample.judge(judge_loss_scale).verdict, Verdict::kNotVerifiable);
}

}  // namespace
}  // namespace harness
