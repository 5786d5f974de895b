#include "harness/table/import/row_claims.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/table/claim_kind.h"
#include "harness/testing/suite_documents.h"

namespace harness {
namespace {
using testing::ElementsAre;
using testing::Not;

PublishedRow row() {
  PublishedRow row;
  row.id = "fcn_fp16";
  row.checkpoint = "fcn_fp16-2eb5a165.pth";
  row.log = "fcn_fp16.log.json";
  row.source = {"README.md", 13, ""};
  row.files_source = {"README.md", 13, "download"};
  row.facts["hash"] = hash_fact(row.checkpoint, row.files_source);
  row.facts["miou"] = fact_of({52.05, 2}, {"README.md", 13, "mIoU"});
  row.facts["miou"].conditions = {{"metafile", {{"value", 1}}}};
  row.facts["fps"] = fact_of({11, 0}, {"README.md", 13, "Inf time (fps)"});
  row.facts["fps"].conditions = {{"hardware", "V100"}};
  return row;
}

const std::optional<Arithmetic> kMaster =
    Arithmetic{Policy::kFp16Master, ScalerOptions::defaults(ScalerType::kStatic), {}};

std::optional<Arithmetic> of(Policy policy) {
  return Arithmetic{.policy = policy};
}

std::vector<std::string> ids(const std::vector<Claim>& claims) {
  std::vector<std::string> ids;
  for (const Claim& claim : claims) ids.push_back(claim.id);
  return ids;
}

Claim claim(const std::vector<Claim>& claims, std::string_view id) {
  const auto found = std::find_if(claims.begin(), claims.end(),
                                  [&](const Claim& candidate) { return candidate.id == id; });
  EXPECT_NE(found, claims.end()) << id;
  return found == claims.end() ? Claim{} : *found;
}

std::vector<ClaimKind> imported_kinds() {
  std::vector<ClaimKind> kinds;
  for (const ClaimKind& kind : claim_kinds()) {
    if (kind.is_imported) kinds.push_back(kind);
  }
  return kinds;
}

TEST(RowClaims, AnFp16RowMakesEveryClaimThatIsImported) {
  const Arithmetic dynamic{Policy::kFp16Amp, ScalerOptions::defaults(ScalerType::kGradScaler), {}};
  const auto claims = claims_of_row(row(), dynamic, "o.json");
  const auto kinds = imported_kinds();
  ASSERT_EQ(claims.size(), kinds.size());
  for (std::size_t i = 0; i < claims.size(); ++i) {
    EXPECT_EQ(claims[i].id, kinds[i].id);
    EXPECT_EQ(claims[i].evidence, kinds[i].evidence);
    EXPECT_EQ(claims[i].unit, kinds[i].unit);
    EXPECT_FALSE(claims[i].source.file.empty()) << claims[i].id;
  }
}

TEST(RowClaims, AnFp32RowClaimsNothingAboutFp16) {
  const std::vector<std::string> about_half = {"loss_scale",
                                               "parity",
                                               "parity.pixels",
                                               "parity.logits",
                                               "range",
                                               "retrain.loss_scale",
                                               "retrain.parity",
                                               "retrain.memory",
                                               "retrain.lockstep",
                                               "retrain.loss_scale.recovers",
                                               "retrain.skipped"};
  const auto claims = ids(claims_of_row(row(), of(Policy::kFp32), ""));
  for (const ClaimKind& kind : imported_kinds()) {
    const std::string id(kind.id);
    const bool is_about_half = testing::Value(id, testing::AnyOfArray(about_half));
    EXPECT_EQ(testing::Value(claims, testing::Contains(id)), !is_about_half) << id;
  }
}

TEST(RowClaims, ABf16RowClaimsNothingAboutALossScale) {
  const auto claims = ids(claims_of_row(row(), of(Policy::kBf16Amp), ""));
  EXPECT_THAT(claims, testing::IsSupersetOf({"parity", "range", "retrain.parity"}));
  EXPECT_THAT(claims, Not(testing::Contains("loss_scale")));
  EXPECT_THAT(claims, Not(testing::Contains("retrain.loss_scale")));
}

TEST(RowClaims, AnArithmeticThatIsNotStatedIsNotGuessed) {
  const auto claims = claims_of_row(row(), std::nullopt, "");
  EXPECT_TRUE(claim(claims, "dtypes").value.is_null());
  EXPECT_THAT(ids(claims), Not(testing::Contains("parity")));
}

TEST(RowClaims, NumbersKeepDigitsSourceAndConditions) {
  const auto claims = claims_of_row(row(), kMaster, "o.json");
  const Claim miou = claim(claims, "miou");
  EXPECT_EQ(miou.value, 52.05);
  EXPECT_EQ(miou.digits, 2);
  EXPECT_EQ(miou.unit, "%");
  EXPECT_EQ(miou.source.column, "mIoU");
  EXPECT_TRUE(miou.conditions.contains("metafile"));
  const Claim fps = claim(claims, "fps");
  EXPECT_EQ(fps.digits, 0);
  EXPECT_EQ(fps.conditions, (Json{{"hardware", "V100"}}));
  const Claim in_log = claim(claims, "log.miou");
  EXPECT_EQ(in_log.value, 52.05);
  EXPECT_EQ(in_log.digits, 2);
  EXPECT_TRUE(in_log.conditions.empty());
}

TEST(RowClaims, ExactClaimsHaveNoDigitsAndNoTolerance) {
  const auto claims = claims_of_row(row(), kMaster, "o.json");
  for (const char* id : {"hash", "format", "tensors", "dtypes", "config", "loss_scale", "finite",
                         "log.config", "finite.forward", "range"}) {
    EXPECT_FALSE(claim(claims, id).tolerance.has_value()) << id;
    EXPECT_EQ(claim(claims, id).rounding(), 0.0) << id;
  }
  EXPECT_EQ(claim(claims, "range").value, 65504);
  EXPECT_EQ(claim(claims, "finite").value, 0);
  EXPECT_EQ(claim(claims, "log.config").value, "fcn_fp16");
  EXPECT_EQ(claim(claims, "parity").rounding(), 0.0);
}

TEST(RowClaims, TolerancesHaveReasons) {
  const auto claims = claims_of_row(row(), kMaster, "o.json");
  const std::map<std::string, std::pair<double, double>> expected = {
      {"miou", {0.05, 0}},           {"miou_ms_flip", {0.05, 0}},
      {"log.miou", {0.0005, 0}},     {"parity", {0.1, 0}},
      {"parity.pixels", {0.005, 0}}, {"parity.logits", {1.0, 0}},
      {"memory", {0, 0.1}},          {"fps", {0, 0.1}},
      {"retrain.parity", {1.0, 0}},  {"retrain.lockstep", {2.0, 0}}};
  for (const auto& [id, bounds] : expected) {
    const auto tolerance = claim(claims, id).tolerance;
    ASSERT_TRUE(tolerance.has_value()) << id;
    EXPECT_EQ(tolerance->abs, bounds.first) << id;
    EXPECT_EQ(tolerance->rel, bounds.second) << id;
    EXPECT_GT(tolerance->reason.size(), 40U) << id;
  }
}

TEST(RowClaims, ArithmeticComesFromTheOverlay) {
  const auto claims = claims_of_row(row(), kMaster, "o.json");
  EXPECT_EQ(claim(claims, "dtypes").value, "fp16-master");
  EXPECT_EQ(claim(claims, "dtypes").source.file, "o.json");
  EXPECT_EQ(claim(claims, "dtypes").source.column, "arithmetic.policy");
  EXPECT_EQ(claim(claims, "loss_scale").value, 512.0);
}

TEST(RowClaims, TheLossScaleIsANumberWhereItIsFixedAndElseTheScalersName) {
  const auto value = [](ScalerType type) {
    const Arithmetic amp{Policy::kFp16Amp, ScalerOptions::defaults(type), {}};
    return claim(claims_of_row(row(), amp, "o.json"), "loss_scale").value;
  };
  EXPECT_EQ(value(ScalerType::kStatic), 512);
  EXPECT_EQ(value(ScalerType::kGradScalerPinned), 512);
  EXPECT_EQ(value(ScalerType::kMmcvDynamic), "mmcv-dynamic");
  EXPECT_EQ(value(ScalerType::kGradScaler), "grad-scaler");
  EXPECT_EQ(value(ScalerType::kNone), "none");
  const auto silent = claims_of_row(row(), of(Policy::kFp16Amp), "o.json");
  EXPECT_TRUE(claim(silent, "loss_scale").value.is_null());
}

TEST(RowClaims, TheRangeIsThatOfTheTypeThatComputes) {
  const auto value = [](Policy policy) {
    return claim(claims_of_row(row(), of(policy), ""), "range").value;
  };
  EXPECT_EQ(value(Policy::kFp16Master).dump(), "65504");
  EXPECT_EQ(value(Policy::kFp16Amp), 65504);
  EXPECT_EQ(value(Policy::kBf16Amp), 3.3895313892515354759e38);
}

TEST(RowClaims, TheToleranceOfLogitsNamesTheRoundingOfTheTypeThatComputes) {
  const auto reason = [](Policy policy) {
    return claim(claims_of_row(row(), of(policy), ""), "parity.logits").tolerance->reason;
  };
  EXPECT_THAT(reason(Policy::kFp16Master),
              testing::AllOf(testing::HasSubstr("RMSE(fp16, fp64) <= 2^13 x"),
                             testing::HasSubstr("2^-11 and 2^-24")));
  EXPECT_THAT(reason(Policy::kBf16Amp),
              testing::AllOf(testing::HasSubstr("RMSE(bf16-amp, fp64) <= 2^16 x"),
                             testing::HasSubstr("2^-8 and 2^-24")));
  const auto bf16 = claims_of_row(row(), of(Policy::kBf16Amp), "");
  EXPECT_THAT(claim(bf16, "parity").tolerance->reason, testing::HasSubstr("BF16"));
}

TEST(RowClaims, EveryScalerThatHasAScaleClaimsItAsANumber) {
  const auto claims_with = [](Policy policy, ScalerType type, double scale) {
    ScalerOptions scaler = ScalerOptions::defaults(type);
    scaler.init_scale = scale;
    return claims_of_row(row(), Arithmetic{policy, scaler, {}}, "o.json");
  };
  for (const auto policy : {Policy::kFp16Master, Policy::kFp16Amp}) {
    for (const auto type : {ScalerType::kStatic, ScalerType::kMmcvDynamic, ScalerType::kGradScaler,
                            ScalerType::kGradScalerPinned}) {
      const auto claims = claims_with(policy, type, 1024);
      EXPECT_EQ(claim(claims, "retrain.loss_scale").value, 1024) << to_string(type);
      for (const char* id : {"retrain.loss_scale.recovers", "retrain.skipped"}) {
        EXPECT_EQ(testing::Value(ids(claims), testing::Contains(id)), is_dynamic(type))
            << to_string(type);
      }
    }
  }
  EXPECT_THAT(ids(claims_with(Policy::kFp16Amp, ScalerType::kNone, 1)),
              Not(testing::Contains("retrain.loss_scale")));
}

TEST(RowClaims, SkippedStepsAreAllowedAsOftenAsTheScalerTries) {
  PublishedRow published = row();
  published.facts["config.iterations"] = {.value = 600, .source = published.source};
  const Arithmetic dynamic{Policy::kFp16Amp, ScalerOptions::defaults(ScalerType::kMmcvDynamic), {}};
  const Claim skipped = claim(claims_of_row(published, dynamic, "o.json"), "retrain.skipped");
  EXPECT_EQ(skipped.value, 0);
  // 2^32 to 2^9 in 23 steps of 600, and one in every 1000.
  ASSERT_TRUE(skipped.tolerance);
  EXPECT_NEAR(skipped.tolerance->abs, 23.0 / 600 + 0.001, 1e-12);
  EXPECT_GT(skipped.tolerance->reason.size(), 40U);
  published.facts.erase("config.iterations");
  EXPECT_FALSE(claim(claims_of_row(published, dynamic, "o.json"), "retrain.skipped").tolerance);
}

TEST(RowClaims, WhatIsNotPublishedIsNull) {
  PublishedRow bare = row();
  bare.checkpoint.clear();
  bare.log.clear();
  bare.facts.clear();
  for (const Claim& written : claims_of_row(bare, of(Policy::kFp32), "")) {
    if (written.id == "dtypes" || written.id == "retrain.arithmetic") continue;
    if (written.id == "finite.forward" || written.id == "retrain.finite") continue;
    EXPECT_TRUE(written.value.is_null()) << written.id;
  }
}

}  // namespace
}  // namespace harness
