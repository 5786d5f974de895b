#include "harness/judge/rules/retrained/training_parity.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/trainings.h"

namespace harness {
namespace {

using testing::HasSubstr;

Finding parity(const std::vector<double>& half, const std::vector<double>& single,
               double margin = 1.0, std::optional<double> spread = std::nullopt) {
  ComparisonTerms terms;
  terms.margin = margin;
  terms.margin_reason = "a margin";
  terms.spread = spread;
  return training_parity(trainings(half, "fp16"), trainings(single, "fp32"), terms);
}

TEST(RetrainedParity, EveryCaseHasItsVerdict) {
  const struct {
    const char* name;
    std::vector<double> half;
    std::vector<double> single;
    std::optional<double> spread;
    Verdict expected;
  } cases[] = {
      {"equal means", {50.1, 51.0, 52.1}, {50.0, 51.1, 52.0}, {}, Verdict::kPass},
      {"a cost", {45.1, 46.0, 47.1}, {50.0, 51.1, 52.0}, {}, Verdict::kFail},
      {"noise", {48.0, 52.0, 50.5}, {50.0, 50.1, 50.0}, {}, Verdict::kAmbiguous},
      {"identical", {50.0, 51.0, 52.0}, {50.0, 51.0, 52.0}, {}, Verdict::kPass},
      {"two pairs", {50.0, 51.0}, {50.0, 51.0}, {}, Verdict::kAmbiguous},
      {"one pair", {50.0}, {50.0}, {}, Verdict::kAmbiguous},
      {"one pair far off", {10.0}, {50.0}, {}, Verdict::kAmbiguous},
      {"one pair too far off for the known spread", {10.0}, {50.0}, 0.7, Verdict::kFail},
      {"two against one", {50.0, 51.0}, {50.0}, {}, Verdict::kFail},
      {"not a number", {50.0, 51.0, std::nan("")}, {50.0, 51.0, 52.0}, {}, Verdict::kFail},
      {"not a number in FP32", {50.0, 51.0, 52.0}, {50.0, std::nan(""), 52.0}, {}, Verdict::kFail},
  };
  for (const auto& one : cases) {
    const auto finding = parity(one.half, one.single, 1.0, one.spread);
    EXPECT_EQ(finding.verdict, one.expected) << one.name << ": " << finding.reason;
  }
}

TEST(RetrainedParity, SaysHowManySeedsWouldDecide) {
  // Differences 2.98, 0.59, -0.39: mean 1.06, sd 1.73. With 4 pairs of that kind 1.06 + 2.35 *
  // 0.87 = 3.10, with 5 1.06 + 2.13 * 0.78 = 2.71.
  const auto near = parity({49.98, 45.44, 45.19}, {47.00, 44.85, 45.58}, 3.0);
  EXPECT_EQ(near.verdict, Verdict::kAmbiguous);
  EXPECT_THAT(near.reason, HasSubstr("; 5 seeds would decide"));
}

TEST(RetrainedParity, ThePublishedDifferenceIsWhatIsCompared) {
  ComparisonTerms terms;
  terms.margin = 1.0;
  terms.published = -5.0;
  const auto half = trainings({45.1, 46.0, 47.1}, "fp16");
  const auto single = trainings({50.0, 51.1, 52.0}, "fp32");
  EXPECT_EQ(training_parity(half, single, terms).verdict, Verdict::kPass);
  terms.published = 1000.0;
  EXPECT_EQ(training_parity(half, single, terms).verdict, Verdict::kFail);
}

TEST(RetrainedParity, PairsAreOfOneSeed) {
  auto half = trainings({50.0, 51.0, 52.0}, "fp16");
  half[3] = training_record("fp16", 50.0);
  ComparisonTerms terms;
  terms.margin = 1.0;
  const auto finding = training_parity(half, trainings({50.0, 51.0, 52.0}, "fp32"), terms);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason, HasSubstr("seed 3"));
}

TEST(RetrainedParity, IsJudgedOverBothPrecisionsAndNeedsAMargin) {
  Trained trained("retrain.parity", 0);
  trained.add("fp16", {50.0, 51.0, 52.0});
  trained.add("fp32", {50.1, 51.1, 51.9});
  EXPECT_THAT(trained.judge(judge_retrained_parity).reason, HasSubstr("no margin"));
  trained.claim.tolerance = Tolerance{1.0, 0.0, "a margin"};
  const auto finding = trained.judge(judge_retrained_parity);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.precision, "fp16");
  EXPECT_THAT(finding.reason, HasSubstr("3 pairs"));
}

}  // namespace
}  // namespace harness
