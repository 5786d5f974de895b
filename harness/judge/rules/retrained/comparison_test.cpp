#include "harness/judge/rules/retrained/comparison.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::HasSubstr;

Claim compared_claim() {
  Claim claim = sample::claim("retrain.miou", "retrained", 52.05, 2);
  claim.tolerance = Tolerance{1.0, 0.01, "a margin"};
  claim.conditions = {{"reference_runs", {52.0, 50.0}}, {"spread", 0.5}};
  return claim;
}

TEST(ComparisonTerms, AreWhatTheSuiteSays) {
  const auto terms = comparison_terms(compared_claim());
  EXPECT_EQ(terms.problem, "");
  EXPECT_EQ(terms.published, 52.05);
  EXPECT_DOUBLE_EQ(terms.rounding, 0.005);
  EXPECT_DOUBLE_EQ(terms.margin, 1.0 + 0.5205);
  EXPECT_EQ(terms.reference_runs, (std::vector<double>{52.0, 50.0}));
  EXPECT_EQ(terms.spread, 0.5);
}

TEST(ComparisonTerms, ThatMakeNoSenseAreAProblemAndNotIgnored) {
  const struct {
    const char* key;
    Json value;
  } cases[] = {{"reference_runs", {52.0}},
               {"reference_runs", {52.0, "51"}},
               {"reference_runs", {52.0, nullptr}},
               {"reference_runs", 52.0},
               {"spread", -1.0},
               {"spread", "0.5"}};
  for (const auto& one : cases) {
    Claim claim = compared_claim();
    claim.conditions[one.key] = one.value;
    EXPECT_THAT(comparison_terms(claim).problem, HasSubstr(one.key)) << one.value;
  }
  Claim claim = compared_claim();
  claim.tolerance.reset();
  EXPECT_THAT(comparison_terms(claim).problem, HasSubstr("no margin"));
  claim.tolerance = Tolerance{1e308, 1e308, "more than there is"};
  EXPECT_THAT(comparison_terms(claim).problem, HasSubstr("no margin"));
}

Comparison comparison(std::size_t seeds, double mean, double sd) {
  const auto with_seeds = [mean, sd](std::size_t n) { return difference_from({n, mean, sd}, 0.0); };
  return {"some pairs", mean, seeds, with_seeds(seeds), 1.0, "a margin", with_seeds};
}

TEST(Comparison, TheIntervalDecides) {
  EXPECT_EQ(judge_comparison(comparison(5, 0.1, 0.2)).verdict, Verdict::kPass);
  EXPECT_EQ(judge_comparison(comparison(5, 3.0, 0.2)).verdict, Verdict::kFail);
  EXPECT_EQ(judge_comparison(comparison(5, 3.0, 20.0)).verdict, Verdict::kAmbiguous);
  EXPECT_EQ(judge_comparison(comparison(5, std::nan(""), 0.2)).verdict, Verdict::kFail);
}

TEST(Comparison, TooFewProveNoEqualityAndMayShowADifference) {
  EXPECT_EQ(judge_comparison(comparison(2, 0.0, 0.0)).verdict, Verdict::kAmbiguous);
  EXPECT_THAT(judge_comparison(comparison(2, 0.0, 0.0)).reason, HasSubstr("3 seeds would decide"));
  EXPECT_EQ(judge_comparison(comparison(2, 9.0, 0.1)).verdict, Verdict::kFail);
}

TEST(Comparison, SaysHowManySeedsWouldDecide) {
  // Mean 0.4, sd 1: the 90 % half width has to be 0.6: 1.833 / sqrt(10) = 0.580, 1.86 / 3 = 0.62.
  EXPECT_THAT(judge_comparison(comparison(4, 0.4, 1.0)).reason, HasSubstr("10 seeds would decide"));
  EXPECT_THAT(judge_comparison(comparison(4, 1.0, 1.0)).reason,
              HasSubstr("no number of seeds up to 10000 would decide"));
  EXPECT_THAT(judge_comparison(comparison(1, 0.4, std::nan(""))).reason,
              HasSubstr("at least 3 seeds are needed"));
}

TEST(Comparison, RecordsTheMarginWithItsReason) {
  const auto finding = judge_comparison(comparison(5, 0.1, 0.2));
  EXPECT_EQ(finding.tolerance, (Json{{"abs", 1.0}, {"reason", "a margin"}}));
  EXPECT_EQ(finding.measured, 0.1);
  EXPECT_TRUE(finding.compared);
}

}  // namespace
}  // namespace harness
