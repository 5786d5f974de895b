#include "harness/judge/rules/file/config_claims.h"

#include <limits>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::HasSubstr;

/// What `examine` lists of a scaler's state in the meta.
std::vector<SavedScaleRecord> listed(const Json& meta) {
  const Json state = meta.value(Json::json_pointer("/fp16/loss_scaler"), Json::object());
  const Json scale = state.value(state.contains("cur_scale") ? "cur_scale" : "scale", Json());
  if (!scale.is_number()) return {};
  return {{"meta.fp16.loss_scaler", state.value("mode", ""), scale.get<double>()}};
}

/// Both files of a row, and what is claimed of them.
struct Claimed {
  Json value;
  Row row = sample::row();
  ExaminedFiles files = {{sample::checkpoint(), sample::log()}, std::nullopt, std::nullopt};

  CheckpointRecord& checkpoint() { return *files.record.checkpoint; }
  LogRecord& log() { return *files.record.log; }
  void drop_configs() {
    checkpoint().config = nullptr;
    log().config = nullptr;
  }
  void drop_saved_scale() {
    checkpoint().meta.erase("fp16");
    checkpoint().loss_scales.clear();
  }

  Finding crop() const { return judge_crop(files, sample::claim("config.crop", "file", value)); }
  Finding iterations() const {
    return judge_iterations(files, sample::claim("config.iterations", "file", value));
  }
  Finding loss_scale() const {
    ExaminedFiles examined = files;
    auto& scales = examined.record.checkpoint->loss_scales;
    if (scales.empty()) scales = listed(examined.record.checkpoint->meta);
    return loss_scale_of(examined);
  }
  Finding loss_scale_of(const ExaminedFiles& examined) const {
    return judge_loss_scale(examined, row, sample::claim("loss_scale", "file", value));
  }
};

Claimed claiming(Json value) {
  Claimed claimed;
  claimed.value = std::move(value);
  return claimed;
}

TEST(ConfigClaims, TheCropStandsInBothConfigs) {
  const auto finding = claiming("64x128").crop();
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, "64x128");
  EXPECT_EQ(finding.reason, "stated by checkpoint config and log config");
}

TEST(ConfigClaims, TheInheritedCropIsNotTheOneTrainedWith) {
  const auto finding = claiming("512x1024").crop();
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.measured, "64x128");
  EXPECT_THAT(finding.reason, HasSubstr("checkpoint config says 64x128"));
}

TEST(ConfigClaims, ALogOfAnotherCropContradicts) {
  auto sample = claiming("64x128");
  sample.log().config["data"]["train"]["pipeline"][1]["crop_size"] = {32, 64};
  const auto finding = sample.crop();
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.measured, "32x64");
  EXPECT_EQ(finding.reason, "expected \"64x128\": log config says 32x64");
}

TEST(ConfigClaims, AFactThatNobodyStatesIsNotVerifiable) {
  auto sample = claiming("64x128");
  sample.drop_configs();
  EXPECT_EQ(sample.crop().verdict, Verdict::kNotVerifiable);
}

TEST(ConfigClaims, TheLogAloneIsEnough) {
  auto sample = claiming("64x128");
  sample.files.checkpoint_absence = fail_unmeasured("gone");
  EXPECT_EQ(sample.crop().reason, "stated by log config");
  EXPECT_EQ(sample.crop().verdict, Verdict::kPass);
}

TEST(ConfigClaims, WithNeitherFileTheCheckpointsAbsenceCounts) {
  auto sample = claiming("64x128");
  sample.files.checkpoint_absence = skipped("offline", "network");
  sample.files.log_absence = fail_unmeasured("no such file");
  EXPECT_EQ(sample.crop().verdict, Verdict::kSkipped);
  sample.files.checkpoint_absence = fail_unmeasured("no such file");
  EXPECT_EQ(sample.crop().verdict, Verdict::kFail);
}

TEST(ConfigClaims, IterationsStandInFourPlaces) {
  const auto finding = claiming(600).iterations();
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, 600);
  EXPECT_EQ(finding.reason,
            "stated by checkpoint config, log config, last log line and checkpoint meta");
}

TEST(ConfigClaims, ACheckpointCountsIterationsFromZeroInSomeVersions) {
  auto sample = claiming(600);
  sample.checkpoint().meta["iter"] = 599;
  EXPECT_EQ(sample.iterations().verdict, Verdict::kPass);
  sample.checkpoint().meta["iter"] = 598;
  EXPECT_THAT(sample.iterations().reason, HasSubstr("checkpoint meta says 598"));
}

TEST(ConfigClaims, WhatCannotBeReadAgreesWithNothing) {
  const Json wrong_values[] = {nullptr, "600", Json::array()};
  for (const Json& wrong : wrong_values) {
    auto sample = claiming(600);
    sample.log().config["runner"]["max_iters"] = wrong;
    EXPECT_EQ(sample.iterations().verdict, Verdict::kFail) << wrong;
    EXPECT_THAT(sample.iterations().reason, HasSubstr("log config says"));
    sample = claiming(600);
    sample.checkpoint().meta["iter"] = wrong;
    EXPECT_EQ(sample.iterations().verdict, Verdict::kFail) << wrong;
    sample = claiming(512);
    sample.checkpoint().meta["fp16"]["loss_scaler"]["cur_scale"] = wrong;
    EXPECT_EQ(sample.loss_scale().verdict, Verdict::kFail) << wrong;
    EXPECT_THAT(sample.loss_scale().reason, HasSubstr("saved scaler says"));
  }
}

TEST(ConfigClaims, AScaleThatNobodyKnowsAgreesWithNothing) {
  for (const auto* unknown : {"banana", "1024", "512"}) {
    EXPECT_EQ(claiming(unknown).loss_scale().verdict, Verdict::kFail) << unknown;
  }
}

TEST(ConfigClaims, ATrainingThatEndedEarlyFails) {
  auto sample = claiming(600);
  sample.log().last_iteration = 450;
  const auto finding = sample.iterations();
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.measured, 450);
  EXPECT_EQ(finding.reason, "expected 600 iterations: last log line says 450");
}

TEST(ConfigClaims, ALogOfAScheduleInIterationsNamesItsLast) {
  auto sample = claiming(600);
  sample.log().last_iteration = 0;
  EXPECT_EQ(sample.iterations().verdict, Verdict::kFail);
  EXPECT_THAT(sample.iterations().reason, HasSubstr("last log line says 0"));
  sample.log().train_lines = 0;
  EXPECT_EQ(sample.iterations().verdict, Verdict::kFail);
  sample.log().config = nullptr;
  EXPECT_EQ(sample.iterations().verdict, Verdict::kFail) << "by the checkpoint's config";
}

/// mmcv's TextLoggerHook counts within epochs unless its by_epoch is False.
TEST(ConfigClaims, ALogThatCountsWithinEpochsStatesNoIteration) {
  auto sample = claiming(600);
  sample.log().last_iteration = 0;
  Json& hooks = sample.log().config["log_config"]["hooks"];
  hooks = {{{"type", "TextLoggerHook"}}};
  EXPECT_EQ(sample.iterations().reason,
            "stated by checkpoint config, log config and checkpoint meta");
  hooks[0]["by_epoch"] = true;
  EXPECT_EQ(sample.iterations().verdict, Verdict::kPass);
  hooks[0]["by_epoch"] = false;
  EXPECT_EQ(sample.iterations().verdict, Verdict::kFail);
  sample.drop_configs();
  EXPECT_EQ(sample.iterations().reason, "stated by checkpoint meta");
}

TEST(ConfigClaims, TheLossScaleStandsInConfigsAndSavedState) {
  const auto finding = claiming(512).loss_scale();
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, 512);
  EXPECT_THAT(finding.reason, HasSubstr("saved scaler"));
  EXPECT_THAT(finding.reason, HasSubstr("in no published file"));
}

TEST(ConfigClaims, AnotherLossScaleFails) {
  EXPECT_EQ(claiming(128).loss_scale().verdict, Verdict::kFail);
  auto sample = claiming(512);
  sample.checkpoint().meta["fp16"]["loss_scaler"]["cur_scale"] = 256.0;
  const auto finding = sample.loss_scale();
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.reason, "expected a static loss scale 512: saved scaler says 256");
}

TEST(ConfigClaims, ADynamicScaleIsNotAStaticOne) {
  auto sample = claiming(512);
  sample.log().config["optimizer_config"]["loss_scale"] = "dynamic";
  EXPECT_THAT(sample.loss_scale().reason, HasSubstr("log config says dynamic"));
  sample = claiming(512);
  sample.checkpoint().meta["fp16"]["loss_scaler"]["mode"] = "dynamic";
  EXPECT_THAT(sample.loss_scale().reason, HasSubstr("saved scaler says dynamic 512"));
}

TEST(ConfigClaims, AModeThatNoScalerHasIsNotStatic) {
  auto sample = claiming(512);
  sample.checkpoint().meta["fp16"]["loss_scaler"]["mode"] = "staticx";
  EXPECT_EQ(sample.loss_scale().verdict, Verdict::kFail);
  EXPECT_THAT(sample.loss_scale().reason, HasSubstr("saved scaler says staticx 512"));
  sample = claiming(512);
  sample.log().config["optimizer_config"]["loss_scale"] = "512";
  EXPECT_EQ(sample.loss_scale().verdict, Verdict::kFail);
}

TEST(ConfigClaims, ACheckpointThatSavedNoScalerIsSaidToHaveSavedNone) {
  auto sample = claiming(512);
  EXPECT_THAT(sample.loss_scale().reason, testing::Not(HasSubstr("saved no")));
  sample.drop_saved_scale();
  EXPECT_EQ(sample.loss_scale().verdict, Verdict::kPass);
  EXPECT_THAT(sample.loss_scale().reason, HasSubstr("the checkpoint saved no state of a scaler"));
  sample.files.checkpoint_absence = fail_unmeasured("gone");
  EXPECT_THAT(sample.loss_scale().reason, testing::Not(HasSubstr("saved no")));
}

TEST(ConfigClaims, ASavedScaleIsThatOfTheMeta) {
  const std::pair<const char*, void (*)(CheckpointRecord&)> kinds[] = {
      {"scale", [](auto& record) { record.loss_scales[0].scale = 768.0; }},
      {"mode", [](auto& record) { record.loss_scales[0].mode = "dynamic"; }},
      {"none", [](auto& record) { record.loss_scales.clear(); }},
      {"elsewhere", [](auto& record) { record.loss_scales[0].where = "scaler"; }},
      {"twice", [](auto& record) { record.loss_scales.resize(2, record.loss_scales[0]); }},
      {"meta's scale", [](auto& record) { record.meta["fp16"]["loss_scaler"]["cur_scale"] = 768; }},
      {"none in meta", [](auto& record) { record.meta.erase("fp16"); }}};
  for (const auto& [name, change] : kinds) {
    for (const Json& claimed : {Json(512), Json("dynamic"), Json(kPossibleScale)}) {
      auto sample = claiming(claimed);
      sample.checkpoint().loss_scales = listed(sample.checkpoint().meta);
      change(sample.checkpoint());
      const auto finding = sample.loss_scale_of(sample.files);
      EXPECT_EQ(finding.verdict, Verdict::kFail) << name;
      EXPECT_THAT(finding.reason, testing::StartsWith("meta.fp16.loss_scaler is")) << name;
    }
  }
}

TEST(ConfigClaims, AScaleInATensorIsReadThere) {
  auto sample = claiming(kPossibleScale);
  sample.checkpoint().meta["fp16"]["loss_scaler"] = {{"scale", {{"__tensor__", "float32"}}}};
  sample.checkpoint().loss_scales = {{"meta.fp16.loss_scaler", "", 65536.0}};
  EXPECT_EQ(sample.loss_scale().verdict, Verdict::kPass);
  sample.checkpoint().loss_scales[0].where = "optimizer.loss_scaler";
  EXPECT_EQ(sample.loss_scale().verdict, Verdict::kPass);
}

TEST(ConfigClaims, ADynamicRowMovesItsScale) {
  auto sample = claiming("dynamic");
  for (Json* config : {&sample.checkpoint().config, &sample.log().config}) {
    (*config)["optimizer_config"]["loss_scale"] = "dynamic";
  }
  sample.checkpoint().meta["fp16"]["loss_scaler"] = {{"cur_scale", 65536.0}, {"mode", "dynamic"}};
  EXPECT_EQ(sample.loss_scale().verdict, Verdict::kPass);
  EXPECT_EQ(sample.loss_scale().measured, "dynamic");
}

TEST(ConfigClaims, APinnedGradScalerKeepsItsScale) {
  auto sample = claiming(512);
  const auto pinned = ScalerOptions::defaults(ScalerType::kGradScalerPinned);
  sample.row.arithmetic = Arithmetic{Policy::kFp16Amp, pinned, {}};
  sample.checkpoint().meta["fp16"]["loss_scaler"] = {{"scale", 512.0}, {"growth_factor", 2.0}};
  EXPECT_EQ(sample.loss_scale().verdict, Verdict::kPass);
  sample.checkpoint().meta["fp16"]["loss_scaler"]["scale"] = 1024.0;
  EXPECT_EQ(sample.loss_scale().verdict, Verdict::kFail);
}

TEST(ConfigClaims, ARowWithoutAScalerHasNoLossScale) {
  auto sample = claiming("none");
  EXPECT_EQ(sample.loss_scale().reason,
            "expected no loss scale: checkpoint config says 512; log config says 512; saved "
            "scaler says 512");
  sample.drop_saved_scale();
  for (Json* config : {&sample.checkpoint().config, &sample.log().config}) {
    (*config)["optimizer_config"] = Json::object();
  }
  EXPECT_EQ(sample.loss_scale().verdict, Verdict::kPass);
}

TEST(ConfigClaims, TheNameOfADynamicScalerExpectsOne) {
  auto sample = claiming("mmcv-dynamic");
  EXPECT_EQ(sample.loss_scale().verdict, Verdict::kFail);
  for (Json* config : {&sample.checkpoint().config, &sample.log().config}) {
    (*config)["optimizer_config"]["loss_scale"] = "dynamic";
  }
  sample.checkpoint().meta["fp16"]["loss_scaler"]["mode"] = "dynamic";
  EXPECT_EQ(sample.loss_scale().verdict, Verdict::kPass);
}

TEST(ConfigClaims, ASavedScaleThatCannotBeFailsWhateverIsClaimed) {
  for (const double scale : {0.0, -512.0, std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
    for (const Json& claimed : {Json(512), Json("dynamic"), Json("none"), Json(kPossibleScale)}) {
      auto sample = claiming(claimed);
      sample.checkpoint().loss_scales = {{"scaler", "", scale}};
      EXPECT_EQ(sample.loss_scale().verdict, Verdict::kFail) << scale << claimed;
      EXPECT_THAT(sample.loss_scale().reason, testing::StartsWith("scaler: "));
    }
  }
}

TEST(ConfigClaims, WithoutAClaimAScaleThatCanBePasses) {
  auto sample = claiming(kPossibleScale);
  sample.drop_saved_scale();
  EXPECT_EQ(sample.loss_scale().verdict, Verdict::kNotVerifiable);
  sample.checkpoint().loss_scales = {{"scaler", "", 65536.0}};
  EXPECT_EQ(sample.loss_scale().verdict, Verdict::kPass);
  EXPECT_EQ(sample.loss_scale().measured, 65536);
}

TEST(ConfigClaims, AConfigWithoutALossScaleFails) {
  auto sample = claiming(512);
  sample.checkpoint().config["optimizer_config"] = Json::object();
  EXPECT_EQ(sample.loss_scale().reason,
            "expected a static loss scale 512: checkpoint config says no loss scale");
  sample.drop_configs();
  sample.drop_saved_scale();
  EXPECT_EQ(sample.loss_scale().verdict, Verdict::kNotVerifiable);
}

}  // namespace
}  // namespace harness
