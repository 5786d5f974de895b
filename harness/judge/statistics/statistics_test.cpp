#include "harness/judge/statistics/statistics.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(Statistics, MeanAndSdAreTheHandComputedOnes) {
  const std::vector<double> values{1.0, 2.0, 3.0, 4.0};
  const Sample sample = sample_of(values);
  EXPECT_EQ(sample.n, 4u);
  EXPECT_DOUBLE_EQ(sample.mean, 2.5);
  EXPECT_DOUBLE_EQ(sample.sd, std::sqrt(5.0 / 3.0));
}

TEST(Statistics, OneValueHasNoSpread) {
  const std::vector<double> one{1.0};
  EXPECT_TRUE(std::isnan(sample_of(one).sd));
  EXPECT_TRUE(std::isnan(sample_of({}).mean));
}

TEST(Statistics, StudentQuantilesAreThoseOfThePrintedTable) {
  // Any printed table of t, one-sided 5 % and 2.5 %.
  EXPECT_NEAR(student_t_quantile(0.95, 1), 6.313752, 1e-6);
  EXPECT_NEAR(student_t_quantile(0.95, 4), 2.131847, 1e-6);
  EXPECT_NEAR(student_t_quantile(0.975, 10), 2.228139, 1e-6);
  EXPECT_NEAR(student_t_quantile(0.95, 1e6), 1.644854, 1e-5);
  EXPECT_NEAR(student_t_quantile(0.05, 4), -2.131847, 1e-6);
}

TEST(Statistics, CdfOfOneAndTwoDegreesIsTheClosedForm) {
  // df 1: 1/2 + atan(t)/pi; df 2: 1/2 + t / (2 sqrt(2 + t^2)).
  EXPECT_NEAR(student_t_cdf(1.0, 1), 0.75, 1e-12);
  EXPECT_NEAR(student_t_cdf(-2.0, 1), 0.5 - std::atan(2.0) / M_PI, 1e-12);
  EXPECT_NEAR(student_t_cdf(1.5, 2), 0.5 + 1.5 / (2.0 * std::sqrt(2.0 + 2.25)), 1e-12);
  EXPECT_NEAR(student_t_cdf(0.0, 7), 0.5, 1e-12);
}

TEST(Statistics, RuleBookExampleOfTheReferenceConvergencePoints) {
  // MLCommons training rules: mean 18.25, s 0.547; 12 reference runs and 5 submitted ones, the best
  // and the worst of each left out: 10 and 3. Minimum 17.603, speed-up 1.0367.
  const double minimum = 18.25 - mean_gap_margin(0.547, 10, 3, 0.95);
  EXPECT_NEAR(minimum, 17.603, 5e-4);
  EXPECT_NEAR(18.25 / minimum, 1.0367, 5e-5);
}

TEST(Statistics, WelchTestIsTheHandComputedOne) {
  // Means 2 and 5, variances 1 and 4, n 3 and 3: SE^2 = 5/3, df = (5/3)^2 / (1/18 + 16/18)
  // = 2.9412.
  const std::vector<double> a{1, 2, 3};
  const std::vector<double> b{3, 5, 7};
  const WelchTest test = welch_test(a, b);
  EXPECT_DOUBLE_EQ(test.difference, -3.0);
  EXPECT_NEAR(test.standard_error, std::sqrt(5.0 / 3.0), 1e-12);
  EXPECT_NEAR(test.df, 50.0 / 17.0, 1e-12);
  EXPECT_NEAR(test.p, 0.1041, 5e-4);
}

TEST(Statistics, WelchTestOfTooLittleIsNaN) {
  const std::vector<double> one{1.0};
  const std::vector<double> same{2.0, 2.0};
  EXPECT_TRUE(std::isnan(welch_test(one, same).p));
  EXPECT_TRUE(std::isnan(welch_test(same, same).p));
}

TEST(Statistics, EquivalenceNeedsTheWholeIntervalInsideTheMargin) {
  // Difference 0.1, both sd 0.1, n 3: half width 2.131847 * 0.1 * sqrt(2/3) = 0.174066.
  const std::vector<double> a{76.0, 76.1, 76.2};
  const std::vector<double> b{75.9, 76.0, 76.1};
  const EquivalenceTest wide = equivalence_test(a, b, 0.5, 0.05);
  EXPECT_NEAR(wide.low, 0.1 - 0.174066, 1e-5);
  EXPECT_NEAR(wide.high, 0.1 + 0.174066, 1e-5);
  EXPECT_TRUE(wide.equivalent);
  EXPECT_LT(wide.p, 0.05);
  const EquivalenceTest narrow = equivalence_test(a, b, 0.2, 0.05);
  EXPECT_FALSE(narrow.equivalent);
  EXPECT_GT(narrow.p, 0.05);
}

TEST(Statistics, ANaNSeedNeverProvesEquivalence) {
  const std::vector<double> a{76.0, std::numeric_limits<double>::quiet_NaN(), 76.2};
  const std::vector<double> b{75.9, 76.0, 76.1};
  EXPECT_FALSE(equivalence_test(a, b, 100.0, 0.05).equivalent);
}

TEST(Statistics, RankTestFloorIsTwoOverTheNumberOfOrders) {
  EXPECT_DOUBLE_EQ(mann_whitney_floor(3, 3), 0.1);
  EXPECT_NEAR(mann_whitney_floor(4, 4), 2.0 / 70, 1e-15);
  EXPECT_NEAR(mann_whitney_floor(5, 5), 0.0079, 5e-5);
  EXPECT_NEAR(mann_whitney_floor(9, 9), 2.0 / 48620, 1e-12);
  EXPECT_EQ(rank_test_size(0.05), 4u);
  EXPECT_EQ(rank_test_size(0.01), 5u);
}

TEST(Statistics, HalfWidthsOfSeedDesignsAreThoseOfThePlan) {
  EXPECT_NEAR(mean_gap_margin(0.3, 3, 3, 0.95), 0.52, 5e-3);
  EXPECT_NEAR(mean_gap_margin(0.3, 10, 10, 0.95), 0.23, 5e-3);
  EXPECT_NEAR(mean_gap_margin(0.5, 5, 5, 0.95), 0.59, 5e-3);
  EXPECT_EQ(equivalence_size(0.3, 0.5, 0.05), 4u);
  EXPECT_EQ(equivalence_size(0.3, 0.5, 0.05, 0.5), 0u);
}

TEST(Statistics, ADesignTooSmallIsRefusedWithTheSizeItNeeds) {
  EXPECT_EQ(design_refusal(3, 0.3, 1.0, 0.05),
            "3 against 3 seeds cannot reach p 0.05 (floor 0.1): 4 are needed");
  EXPECT_EQ(design_refusal(5, 0.5, 0.5, 0.05),
            "5 against 5 seeds can only prove equality within +-0.588, not +-0.5: 7 are needed");
  EXPECT_EQ(design_refusal(8, 0.3, 0.5, 0.05), "");
}

}  // namespace
}  // namespace harness
