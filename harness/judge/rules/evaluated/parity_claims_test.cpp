#include "harness/judge/rules/evaluated/parity_claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using sample::Case;
using testing::HasSubstr;

Case claiming(const char* id, double allowed) {
  Case sample;
  sample.claim = sample::claim(id, "evaluated", 0);
  sample.claim.tolerance = Tolerance{allowed, 0.0, "two roundings of one model"};
  return sample;
}

TEST(ParityClaims, TheDifferenceOfTwoArithmeticsOnOneFile) {
  const auto finding = claiming("parity", 0.1).judge(judge_parity);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.precision, "fp16");
  EXPECT_NEAR(finding.measured.get<double>(), -0.009, 1e-9);
  EXPECT_EQ(finding.reason,
            "0.009 below, allowed 0.1; 52.051 against FP32's 52.060 on 2 images; 95 % of resampled "
            "sets of images: 0.000 to 0.000");
}

TEST(ParityClaims, AHalfPrecisionThatCostsAccuracyFails) {
  auto sample = claiming("parity", 0.1);
  sample.parity_measurements()["miou"] = 51.5;
  sample.parity_measurements()["difference"] = 51.5 - 52.06;
  EXPECT_EQ(sample.judge(judge_parity).verdict, Verdict::kFail);
}

TEST(ParityClaims, ADifferenceThatIsNotOneFails) {
  auto sample = claiming("parity", 0.1);
  sample.parity_measurements()["miou"] = 40.0;
  EXPECT_EQ(sample.judge(judge_parity).reason, "the difference -0.009 is not 40 - 52.06");
}

TEST(ParityClaims, NaNInEitherArithmeticFails) {
  for (const auto* key : {"miou", "miou_reference", "difference"}) {
    auto sample = claiming("parity", 1000);
    sample.parity_measurements()[key] = nullptr;
    EXPECT_EQ(sample.judge(judge_parity).verdict, Verdict::kFail) << key;
  }
}

TEST(ParityClaims, OneImageHasNoInterval) {
  auto sample = claiming("parity", 0.1);
  sample.parity_measurements()["images"] = 1;
  EXPECT_THAT(sample.judge(judge_parity).reason, HasSubstr("one image gives no interval"));
  sample = claiming("parity", 0.1);
  sample.parity_measurements().erase("per_image");
  EXPECT_THAT(sample.judge(judge_parity).reason, HasSubstr("no counts per image, so no interval"));
}

TEST(ParityClaims, ComparingNothingFails) {
  for (const ClaimRule rule : {judge_parity, judge_parity_pixels, judge_parity_logits}) {
    for (const auto* key : {"images", "pixels"}) {
      auto sample = claiming("parity", 1000);
      sample.parity_measurements()[key] = 0;
      EXPECT_EQ(sample.judge(rule).verdict, Verdict::kFail) << key;
      sample.parity_measurements().erase(key);
      EXPECT_EQ(sample.judge(rule).verdict, Verdict::kFail) << key;
    }
  }
}

TEST(ParityClaims, ShareOfPixelsThatChangeClass) {
  const auto finding = claiming("parity.pixels", 0.005).judge(judge_parity_pixels);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_DOUBLE_EQ(finding.measured.get<double>(), 120.0 / 200000.0);
  EXPECT_THAT(finding.reason, HasSubstr("120 of 200,000 pixels change class"));
  EXPECT_EQ(claiming("parity.pixels", 0.0005).judge(judge_parity_pixels).verdict, Verdict::kFail);
}

TEST(ParityClaims, MoreChangedPixelsThanPixelsCannotBe) {
  auto sample = claiming("parity.pixels", 1000);
  sample.parity_measurements()["changed_pixels"] = 200001;
  EXPECT_EQ(sample.judge(judge_parity_pixels).verdict, Verdict::kFail);
  sample.parity_measurements().erase("changed_pixels");
  EXPECT_EQ(sample.judge(judge_parity_pixels).verdict, Verdict::kFail);
}

TEST(ParityClaims, LogitsAreMeasuredByFp32sOwnDistance) {
  const auto finding = claiming("parity.logits", 1.0).judge(judge_parity_logits);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_DOUBLE_EQ(finding.measured.get<double>(), 0.002 / (8192 * 1e-6));
  EXPECT_EQ(claiming("parity.logits", 0.2).judge(judge_parity_logits).verdict, Verdict::kFail);
}

TEST(ParityClaims, TheYardstickIsTheRoundingOfTheTypeThatComputes) {
  auto sample = claiming("parity.logits", 1.0);
  sample.parity_measurements()["logits"]["rmse"] = 0.9 * 65536 * 1e-6;
  EXPECT_EQ(sample.judge(judge_parity_logits).verdict, Verdict::kFail);
  sample.row.arithmetic = Arithmetic{.policy = Policy::kFp16Amp};
  sample.results.at(3).precision = "fp16-amp";
  EXPECT_DOUBLE_EQ(sample.judge(judge_parity_logits).measured.get<double>(), 0.9 * 8);
  sample.row.arithmetic = Arithmetic{.policy = Policy::kBf16Amp};
  sample.results.at(3).precision = "bf16-amp";
  const auto finding = sample.judge(judge_parity_logits);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_DOUBLE_EQ(finding.measured.get<double>(), 0.9);
  sample.parity_measurements()["logits"]["rmse"] = 1.1 * 65536 * 1e-6;
  EXPECT_EQ(sample.judge(judge_parity_logits).verdict, Verdict::kFail);
}

TEST(ParityClaims, WithoutAYardstickNothingPasses) {
  for (const Json& bad : {Json(0.0), Json(nullptr), Json(-1e-6), Json("1e-6")}) {
    auto sample = claiming("parity.logits", 1e9);
    sample.parity_measurements()["logits"]["rmse_reference"] = bad;
    EXPECT_EQ(sample.judge(judge_parity_logits).verdict, Verdict::kFail) << bad;
  }
  auto sample = claiming("parity.logits", 1e9);
  sample.parity_measurements()["logits"]["images"] = 0;
  EXPECT_EQ(sample.judge(judge_parity_logits).verdict, Verdict::kFail);
  sample.parity_measurements()["logits"] = nullptr;
  EXPECT_EQ(sample.judge(judge_parity_logits).verdict, Verdict::kFail);
}

TEST(ParityClaims, TheStageMayLeaveItsPrecisionUnnamed) {
  auto sample = claiming("parity", 0.1);
  sample.results[3].precision = "";
  EXPECT_EQ(sample.judge(judge_parity).verdict, Verdict::kPass);
  sample.results.pop_back();
  EXPECT_EQ(sample.judge(judge_parity).verdict, Verdict::kFail);
}

}  // namespace
}  // namespace harness
