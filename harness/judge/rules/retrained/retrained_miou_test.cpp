#include "harness/judge/rules/retrained/retrained_miou.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/trainings.h"

namespace harness {
namespace {

using testing::HasSubstr;

ComparisonTerms published(double margin = 1.0) {
  ComparisonTerms terms;
  terms.published = 52.05;
  terms.rounding = 0.005;
  terms.margin = margin;
  terms.margin_reason = "a margin";
  return terms;
}

/// Mean 48.98, sd 2.36.
ComparisonTerms with_reference(double margin = 5.0) {
  ComparisonTerms terms = published(margin);
  terms.reference_runs = {52.27, 48.84, 46.02, 47.72, 50.03};
  return terms;
}

ComparisonTerms with_spread(double spread) {
  ComparisonTerms terms = published();
  terms.spread = spread;
  return terms;
}

TEST(RetrainedMiou, EveryCaseHasItsVerdict) {
  const struct {
    const char* name;
    std::vector<double> ours;
    ComparisonTerms terms;
    Verdict expected;
  } cases[] = {
      {"equal to the reference", {50.1, 47.3, 49.9}, with_reference(), Verdict::kPass},
      {"far below the reference", {30.1, 31.3, 32.9}, with_reference(), Verdict::kFail},
      {"far above the reference", {70.1, 71.3, 72.9}, with_reference(), Verdict::kFail},
      {"two that agree with nothing", {10.0, 60.0}, with_reference(), Verdict::kAmbiguous},
      {"wide spread around the reference",
       {30.0, 49.0, 68.0},
       with_reference(),
       Verdict::kAmbiguous},
      {"a margin that five runs cannot show",
       {49.0, 49.1, 48.9},
       with_reference(1.0),
       Verdict::kAmbiguous},
      {"noise around a published number", {20.0, 50.0, 5.0}, published(), Verdict::kAmbiguous},
      {"an ordinary spread, and no wider a window",
       {53.5, 54.0, 54.5},
       published(),
       Verdict::kAmbiguous},
      {"quiet and too high", {53.9, 54.0, 54.1}, published(), Verdict::kFail},
      {"quiet and right", {52.0, 52.1, 51.9}, published(), Verdict::kPass},
      {"identical, off by less than the rounding",
       {52.051, 52.051, 52.051},
       published(0.001),
       Verdict::kPass},
      {"identical, at the edge of the rounding",
       {52.056, 52.056, 52.056},
       published(0.001),
       Verdict::kPass},
      {"identical, beyond margin and rounding",
       {52.057, 52.057, 52.057},
       published(0.001),
       Verdict::kFail},
      {"two identical ones", {52.05, 52.05}, published(), Verdict::kAmbiguous},
      {"one that is right", {52.05}, published(), Verdict::kAmbiguous},
      {"one that is far off, its spread unknown", {10.0}, published(), Verdict::kAmbiguous},
      {"one that is right, by the suite's spread", {52.05}, with_spread(0.1), Verdict::kAmbiguous},
      {"one that is too far off for the suite's spread", {50.0}, with_spread(0.3), Verdict::kFail},
      {"one near the reference", {49.0}, with_reference(), Verdict::kAmbiguous},
      // Its 95 % interval is 2.776 * 2.36 * sqrt(1.2) = 7.2 wide, and the margin 5.
      {"one at the edge of the reference", {37.0}, with_reference(), Verdict::kAmbiguous},
      {"one that is not of the reference", {36.0}, with_reference(), Verdict::kFail},
      {"one of three is not a number", {52.0, std::nan(""), 52.1}, published(), Verdict::kFail},
      {"infinite", {52.0, INFINITY, 52.1}, published(), Verdict::kFail},
  };
  for (const auto& one : cases) {
    const auto finding = retrained_miou(trainings(one.ours), one.terms);
    EXPECT_EQ(finding.verdict, one.expected) << one.name << ": " << finding.reason;
  }
}

TEST(RetrainedMiou, MoreNoiseNeverHelps) {
  for (const auto& terms : {published(), with_reference()}) {
    for (double spread = 0.0; spread < 60.0; spread += 1.5) {
      const auto far = trainings({40.0 - spread, 40.0, 40.0 + spread});
      EXPECT_NE(retrained_miou(far, terms).verdict, Verdict::kPass) << spread;
    }
  }
}

TEST(RetrainedMiou, NoiseDecidesNothingThatQuietTrainingsLeaveOpen) {
  ComparisonTerms terms = published(2.0);
  terms.published = 50.0;
  terms.reference_runs = {49.5, 50.5};
  for (double spread = 0.0; spread < 3.0; spread += 0.25) {
    const auto ours = trainings({50.0 - spread, 50.0 + spread, 50.0 - spread, 50.0 + spread});
    EXPECT_EQ(retrained_miou(ours, terms).verdict, Verdict::kAmbiguous) << spread;
  }
}

TEST(RetrainedMiou, ReferenceRunsThatMissThePublishedNumberAreNotItsOwn) {
  ComparisonTerms terms = with_reference();
  const auto ours = trainings({49.0, 48.9, 49.1, 49.0});
  EXPECT_EQ(retrained_miou(ours, terms).verdict, Verdict::kPass);
  // The nearest run is 52.27, the margin 5, the rounding 0.005.
  terms.published = 57.27;
  EXPECT_EQ(retrained_miou(ours, terms).verdict, Verdict::kPass);
  for (const double other : {57.3, 76.8, 41.0, 0.0}) {
    terms.published = other;
    EXPECT_EQ(retrained_miou(ours, terms).verdict, Verdict::kFail) << other;
  }
  terms.published.reset();
  EXPECT_EQ(retrained_miou(ours, terms).verdict, Verdict::kPass);
}

TEST(RetrainedMiou, TheReasonSaysWhatWasComparedAndWhatItWouldTake) {
  const auto finding = retrained_miou(trainings({50.1, 47.3, 49.9}), with_reference(2.5));
  EXPECT_EQ(finding.measured, 49.1);
  EXPECT_THAT(finding.reason,
              HasSubstr("3 runs, mean 49.10, sd 1.56; reference 5 runs, mean 48.98"));
  EXPECT_THAT(finding.reason, HasSubstr("seeds would decide"));
  const auto one = retrained_miou(trainings({52.05}), with_spread(0.5));
  // 0.5 * 2.92 / sqrt(3) = 0.84, within 1.005.
  EXPECT_THAT(one.reason, HasSubstr("3 seeds would decide"));
  EXPECT_EQ(one.tolerance.at("abs"), 1.005);
}

TEST(RetrainedMiou, WithoutAMarginNothingIsGuessed) {
  Trained trained("retrain.miou", 52.05);
  trained.add("fp16", {52.05, 52.05, 52.05});
  const auto finding = trained.judge(judge_retrained_miou);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason, HasSubstr("the suite gives no margin"));
}

TEST(RetrainedMiou, IsJudgedInTheRowsArithmetic) {
  Trained trained("retrain.miou", 52.05);
  trained.claim.tolerance = Tolerance{1.0, 0.0, "a margin"};
  trained.add("fp16", {52.0, 52.1, 51.9});
  trained.add("fp32", {10.0, 10.1, 10.2});
  EXPECT_EQ(trained.judge(judge_retrained_miou).verdict, Verdict::kPass);
  EXPECT_EQ(trained.judge(judge_retrained_miou).precision, "fp16");
  trained.claim.value = nullptr;
  EXPECT_EQ(trained.judge(judge_retrained_miou).verdict, Verdict::kNotVerifiable);
}

}  // namespace
}  // namespace harness
