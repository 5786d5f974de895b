#include "harness/history/change_points.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/synthetic_series.h"

namespace harness {
namespace {
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// Of each quiet series or each with a step: how many have a change point.
int found_in(int series, std::size_t points, double step) {
  int found = 0;
  for (int i = 0; i < series; ++i) {
    SyntheticSeries draw(static_cast<unsigned>(i));
    if (!find_change_points(draw.stepped(points, points / 2, step)).empty()) ++found;
  }
  return found;
}

double mean_distance(std::span<const double> a, std::span<const double> b, std::size_t pairs) {
  double sum = 0.0;
  for (const double x : a) {
    for (const double y : b) sum += std::abs(x - y);
  }
  return sum / static_cast<double>(pairs);
}

/// The formula as the paper has it, over all pairs.
double q_of(std::span<const double> x, std::span<const double> y) {
  const std::size_t n = x.size();
  const std::size_t m = y.size();
  const double energy = 2.0 * mean_distance(x, y, n * m) - mean_distance(x, x, n * (n - 1)) -
                        mean_distance(y, y, m * (m - 1));
  return static_cast<double>(n * m) / static_cast<double>(n + m) * energy;
}

std::size_t best_division(std::span<const double> series, std::size_t shortest) {
  double best = 0.0;
  std::size_t at = 0;
  for (std::size_t tau = shortest; tau + shortest <= series.size(); ++tau) {
    for (std::size_t kappa = tau + shortest; kappa <= series.size(); ++kappa) {
      const double q = q_of(series.first(tau), series.subspan(tau, kappa - tau));
      if (q > best) at = tau;
      best = std::max(best, q);
    }
  }
  return at;
}

TEST(ChangePoints, TheDivisionIsThatOfTheFormula) {
  ChangePointSearch search;
  search.false_alarms = 1.0;
  search.shortest = 4;  // No part of eleven points can be divided again.
  for (unsigned seed = 0; seed < 50; ++seed) {
    const auto series = SyntheticSeries(seed).stepped(11, 5, 1.0);
    const std::size_t expected = best_division(series, search.shortest);
    const auto found = find_change_points(series, search);
    ASSERT_EQ(found.size(), expected == 0 ? 0U : 1U);
    if (!found.empty()) {
      EXPECT_EQ(found[0].at, expected) << "of seed " << seed;
    }
  }
}

TEST(ChangePoints, AStepIsFoundWhereItIs) {
  const std::vector<double> series = {5, 5.1, 4.9, 5, 5.05, 4.95, 9, 9.1, 8.9, 9, 9.05, 8.95};
  const auto found = find_change_points(series);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].at, 6U);
  EXPECT_LE(found[0].p, 0.01);
}

TEST(ChangePoints, TwoStepsAreFoundInTheirOrder) {
  SyntheticSeries draw(1);
  std::vector<double> series;
  for (const double level : {0.0, 12.0, 4.0}) {
    for (int i = 0; i < 15; ++i) series.push_back(level + draw.normal());
  }
  const auto found = find_change_points(series);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].at, 15U);
  EXPECT_EQ(found[1].at, 30U);
}

/// By hand: X = {0, 0, 0}, Y = {1, 1, 1}: Q = 9 / 6 * 2 = 3. Of 20 ways to choose X, 2 give that
/// much, so that no permutation test finds it significant.
TEST(ChangePoints, TooFewPointsCannotBeSignificant) {
  EXPECT_THAT(find_change_points(std::vector<double>{0, 0, 0, 1, 1, 1}), IsEmpty());
  ChangePointSearch search;
  search.false_alarms = 0.2;
  const auto found = find_change_points(std::vector<double>{0, 0, 0, 1, 1, 1}, search);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_NEAR(found[0].p, 0.1, 0.03);
  EXPECT_THAT(find_change_points(std::vector<double>{0, 0, 0, 1, 1}, search), IsEmpty());
}

TEST(ChangePoints, TheSameSeriesHasTheSameChangePoints) {
  SyntheticSeries draw(7);
  const auto series = draw.stepped(40, 20, 1.5);
  EXPECT_EQ(find_change_points(series), find_change_points(series));
}

TEST(ChangePoints, NoneInWhatIsConstantOrNotFinite) {
  std::vector<double> series(30, 52.05);
  EXPECT_THAT(find_change_points(series), IsEmpty());
  for (std::size_t i = 15; i < 30; ++i) series[i] = 60.0;
  EXPECT_THAT(find_change_points(series), SizeIs(1));
  series[3] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(find_change_points(series), IsEmpty());
  EXPECT_THAT(find_change_points(std::vector<double>{}), IsEmpty());
}

TEST(ChangePoints, OfALongSeriesTheLastPointsCount) {
  SyntheticSeries draw(3);
  auto series = draw.stepped(60, 10, 20.0);
  for (std::size_t i = 50; i < 60; ++i) series[i] += 20.0;
  ChangePointSearch search;
  search.longest = 30;
  const auto found = find_change_points(series, search);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].at, 50U);
}

/// The bounds are those of the binomial distribution for what change_points_bench measures from
/// many more series.
TEST(ChangePoints, FalseAlarmsAreAsRareAsStatedAndStepsAreFound) {
  EXPECT_LE(found_in(200, 20, 0.0), 8) << "1 % of 200 are 2; more than 8 come in 1 of 5,000 tries";
  EXPECT_GE(found_in(50, 20, 3.0), 44);
  const int middling = found_in(50, 20, 2.0);
  EXPECT_GT(middling, 20);
  EXPECT_LT(middling, 46) << "a test that finds every step of 2 finds what is not there as well";
}

}  // namespace
}  // namespace harness
