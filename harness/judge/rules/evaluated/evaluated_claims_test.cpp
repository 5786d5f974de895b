#include "harness/judge/rules/evaluated/evaluated_claims.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using sample::Case;

Case claiming(double published) {
  Case sample;
  sample.claim = sample::claim("miou", "evaluated", published, 2);
  sample.claim.tolerance = Tolerance{0.05, 0.0, "backend drift"};
  return sample;
}

TEST(EvaluatedClaims, TheRowsOwnArithmeticDecidesAndTheOthersAreNamed) {
  const auto finding = claiming(52.05).judge(judge_miou);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.precision, "fp16");
  EXPECT_EQ(finding.measured, 52.051);
  EXPECT_EQ(finding.reason, "0.001 above, allowed 0.055; 16 images in fp16 on cpu; in fp32 52.060");
}

TEST(EvaluatedClaims, AnFp32RowIsJudgedInFp32) {
  auto sample = claiming(52.06);
  sample.row.arithmetic = Arithmetic{.policy = Policy::kFp32};
  const auto finding = sample.judge(judge_miou);
  EXPECT_EQ(finding.precision, "fp32");
  EXPECT_EQ(finding.measured, 52.06);
}

TEST(EvaluatedClaims, AGoodFp32ResultDoesNotStandInForFp16) {
  auto sample = claiming(52.06);
  sample.results.erase(sample.results.begin() + 1);
  EXPECT_EQ(sample.judge(judge_miou).verdict, Verdict::kFail);
  EXPECT_EQ(sample.judge(judge_miou).precision, "fp16");
}

TEST(EvaluatedClaims, OneDigitOfTheTableChangedFails) {
  for (const double wrong : {51.95, 52.15, 53.05, 42.05, 5.205}) {
    EXPECT_EQ(claiming(wrong).judge(judge_miou).verdict, Verdict::kFail) << wrong;
  }
}

TEST(EvaluatedClaims, AnEvaluationWithoutAFiniteMiouFails) {
  for (const double bad : {double{NAN}, double{INFINITY}}) {
    auto sample = claiming(52.05);
    sample.claim.tolerance = Tolerance{1e9, 0.0, "all"};
    sample.change_evaluation([&](auto& record) { record.miou = bad; });
    EXPECT_EQ(sample.judge(judge_miou).verdict, Verdict::kFail);
  }
}

TEST(EvaluatedClaims, ARecordThatCannotBeReadFails) {
  auto sample = claiming(52.05);
  sample.evaluation()["miou"] = "52.05";
  EXPECT_EQ(sample.judge(judge_miou).verdict, Verdict::kFail);
  EXPECT_THAT(sample.judge(judge_miou).reason, testing::HasSubstr("measurements.miou: "));
  sample.evaluation().erase("miou");
  EXPECT_EQ(sample.judge(judge_miou).verdict, Verdict::kFail);
}

TEST(EvaluatedClaims, NoImagesOrPixelsFail) {
  for (const std::int64_t none : {0, -1}) {
    auto sample = claiming(52.05);
    sample.change_evaluation([&](auto& record) { record.images = none; });
    EXPECT_EQ(sample.judge(judge_miou).verdict, Verdict::kFail);
    sample = claiming(52.05);
    sample.change_evaluation([&](auto& record) { record.pixels = none; });
    EXPECT_EQ(sample.judge(judge_miou).verdict, Verdict::kFail);
  }
  auto sample = claiming(52.05);
  sample.change_evaluation([](auto& record) { sample::set_miou(record, NAN); });
  EXPECT_EQ(sample.judge(judge_miou).verdict, Verdict::kFail);
  EXPECT_EQ(sample.judge(judge_miou).verdict, Verdict::kFail);
}

/// Scales and flip of nothing, by themselves and in agreement with themselves.
TEST(EvaluatedClaims, ScalesAndFlipOfNothingFail) {
  const auto judged = [](void (*change)(EvaluationRecord&)) {
    auto sample = claiming(52.05);
    auto flipped = sample::evaluate("fp16", NAN);
    flipped.stage = "evaluate_ms_flip";
    sample::change_record<EvaluationRecord>(flipped, [&](auto& record) {
      record.protocol = "ms_flip";
      record.forward.reset();
      change(record);
    });
    sample.results = {sample::examine(), flipped};
    return sample.judge(judge_miou_ms_flip).reason;
  };
  EXPECT_EQ(judged([](auto&) {}), "no pixel was counted");
  EXPECT_EQ(judged([](auto& record) {
              record.images = 0;
              record.images_per_second = NAN;
              record.seconds_per_image = {NAN, NAN, NAN, 0, 0};
            }),
            "no image was evaluated");
}

TEST(EvaluatedClaims, AnotherArithmeticThatFailedIsNotNamed) {
  auto sample = claiming(52.05);
  sample.results[2].status = RunStatus::kError;
  EXPECT_EQ(sample.judge(judge_miou).reason,
            "0.001 above, allowed 0.055; 16 images in fp16 on cpu");
}

TEST(EvaluatedClaims, FlippedScalesAreAStageOfTheirOwn) {
  auto sample = claiming(53.1);
  EXPECT_EQ(sample.judge(judge_miou_ms_flip).verdict, Verdict::kFail);
  auto flipped = sample::evaluate("fp16", 53.1);
  flipped.stage = "evaluate_ms_flip";
  flipped.measurements["protocol"] = "ms_flip";
  sample.results.push_back(flipped);
  EXPECT_EQ(sample.judge(judge_miou_ms_flip).verdict, Verdict::kPass);
}

TEST(EvaluatedClaims, AMissingDataSetIsASkip) {
  auto sample = claiming(52.05);
  sample.results[1].status = RunStatus::kSkipped;
  sample.results[1].reason = "no data: data/cityscapes does not exist";
  const auto finding = sample.judge(judge_miou);
  EXPECT_EQ(finding.verdict, Verdict::kSkipped);
  EXPECT_EQ(finding.resource, "data");
}

}  // namespace
}  // namespace harness
