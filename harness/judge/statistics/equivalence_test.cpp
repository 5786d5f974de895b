#include "harness/judge/statistics/equivalence.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace harness {
namespace {

const double kNaN = std::nan("");

/// Half the width of the 90 % interval for two groups of n with one sd.
double width_of_design(double sd, std::size_t n) {
  const Sample group{n, 0.0, sd};
  return confidence_interval(difference_between(group, group), 0.9).high;
}

TEST(Equivalence, WelchsDifferenceIsTheHandComputedOne) {
  // Means 2 and 5, variances 1 and 4, n 3 and 3: SE^2 = 5/3, df = (5/3)^2 / (1/18 + 16/18) = 50/17.
  const Difference difference = difference_between({3, 2.0, 1.0}, {3, 5.0, 2.0});
  EXPECT_DOUBLE_EQ(difference.mean, -3.0);
  EXPECT_NEAR(difference.error, std::sqrt(5.0 / 3.0), 1e-12);
  EXPECT_NEAR(difference.df, 50.0 / 17.0, 1e-12);
}

TEST(Equivalence, AFurtherValueBringsItsOwnScatter) {
  const Difference difference = difference_of_one(3.0, {4, 1.0, 2.0});
  EXPECT_DOUBLE_EQ(difference.mean, 2.0);
  EXPECT_NEAR(difference.error, 2.0 * std::sqrt(1.25), 1e-12);
  EXPECT_EQ(difference.df, 3.0);
}

TEST(Equivalence, IntervalsAreThoseOfThePrintedQuantiles) {
  // Difference 0.1, both sd 0.1, n 3: 90 % half width 2.131847 * 0.1 * sqrt(2/3) = 0.174066; of one
  // side alone 2.919986 * 0.1 / sqrt(3) = 0.168586.
  const Interval interval =
      confidence_interval(difference_between({3, 76.1, 0.1}, {3, 76.0, 0.1}), 0.9);
  EXPECT_NEAR(interval.low, 0.1 - 0.174066, 1e-5);
  EXPECT_NEAR(interval.high, 0.1 + 0.174066, 1e-5);
}

TEST(Equivalence, HalfWidthsOfSeedDesignsAreThoseOfThePlan) {
  EXPECT_NEAR(width_of_design(0.3, 3), 0.52, 5e-3);
  EXPECT_NEAR(width_of_design(0.3, 10), 0.23, 5e-3);
  EXPECT_NEAR(width_of_design(0.5, 5), 0.59, 5e-3);
}

TEST(Equivalence, TheWholeIntervalDecides) {
  const struct {
    Difference difference;
    double margin;
    Equivalence expected;
  } cases[] = {
      {{0.1, 0.08165, 4}, 0.5, Equivalence::kEquivalent},  // 0.1 +- 0.174
      {{0.1, 0.08165, 4}, 0.2, Equivalence::kUndecided},
      {{5.0, 0.1, 4}, 1.0, Equivalence::kDifferent},
      {{-5.0, 0.1, 4}, 1.0, Equivalence::kDifferent},
      {{5.0, 2.0, 4}, 1.0, Equivalence::kUndecided},  // 95 %: 5 +- 5.55
      {{0.0, 100.0, 4}, 1.0, Equivalence::kUndecided},
      {{0.5, 0.0, kNaN}, 0.5, Equivalence::kEquivalent},  // No spread, at the margin.
      {{52.055 - 52.05, 0.0, 2}, 0.005, Equivalence::kEquivalent},
      {{0.6, 0.0, kNaN}, 0.5, Equivalence::kDifferent},
      {{kNaN, 0.1, 4}, 1.0, Equivalence::kUndecided},
      {{0.0, kNaN, 4}, 1.0, Equivalence::kUndecided},
      {{kNaN, 0.0, 4}, 1.0, Equivalence::kUndecided},
      {{0.0, 0.1, 4}, kNaN, Equivalence::kUndecided},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(compare_with_margin(one.difference, one.margin), one.expected)
        << one.difference.mean << " +- " << one.difference.error << ", margin " << one.margin;
  }
}

TEST(Equivalence, NoiseNeverTurnsADifferenceIntoEquality) {
  for (double sd = 0.0; sd < 200.0; sd += 0.5) {
    const auto difference = difference_from({3, 2.0, sd}, 0.0);
    EXPECT_NE(compare_with_margin(difference, 1.0), Equivalence::kEquivalent) << sd;
  }
}

TEST(Equivalence, MoreNoiseOfEitherSideMakesNoIntervalNarrower) {
  for (const std::size_t ours : {2, 3, 4, 5, 20}) {
    for (const std::size_t theirs : {2, 3, 5, 20}) {
      for (const double quiet : {0.0, 0.1, 1.0, 3.0}) {
        double of_ours = 0.0;
        double of_theirs = 0.0;
        for (double sd = 0.0; sd < 10.0; sd += 0.05) {
          const auto width = [&](const Sample& a, const Sample& b) {
            return confidence_interval(difference_between(a, b), 0.9).high;
          };
          const double noisy = width({ours, 0.0, sd}, {theirs, 0.0, quiet});
          EXPECT_GE(noisy, of_ours - 1e-12) << ours << " " << theirs << " " << quiet << " " << sd;
          of_ours = noisy;
          const double noisy_reference = width({ours, 0.0, quiet}, {theirs, 0.0, sd});
          EXPECT_GE(noisy_reference, of_theirs - 1e-12) << ours << " " << theirs << " " << sd;
          of_theirs = noisy_reference;
        }
      }
    }
  }
}

TEST(Equivalence, TheSmallestDesignThatDecides) {
  const auto two_groups = [](double gap) {
    return [gap](std::size_t n) { return difference_between({n, gap, 0.3}, {n, 0.0, 0.3}); };
  };
  EXPECT_EQ(fewest_that_decide(two_groups(0.0), 2, 0.5), 4u);
  EXPECT_EQ(fewest_that_decide(two_groups(0.0), 7, 0.5), 7u);
  EXPECT_EQ(fewest_that_decide(two_groups(0.5), 2, 0.5), 0u);
}

TEST(Equivalence, OneValueHasNoError) {
  EXPECT_TRUE(std::isnan(difference_from({1, 50.0, kNaN}, 49.0).error));
  EXPECT_TRUE(std::isnan(difference_between({1, 50.0, kNaN}, {5, 49.0, 1.0}).error));
  EXPECT_TRUE(std::isnan(difference_of_one(50.0, {1, 49.0, kNaN}).error));
}

}  // namespace
}  // namespace harness
