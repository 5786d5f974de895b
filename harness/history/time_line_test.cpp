#include "harness/history/time_line.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/history_runs.h"
#include "harness/testing/synthetic_series.h"

namespace harness {
namespace {
using testing::ElementsAre;
using testing::SizeIs;

std::vector<TimePoint> points_of(const std::vector<double>& values) {
  std::vector<TimePoint> points;
  for (const double value : values) {
    const HistoryRun run = run_of_night(static_cast<int>(points.size()), {{"fps", value}});
    points.push_back({run.header, run.verdicts[0]});
  }
  return points;
}

std::vector<double> quiet(std::size_t points) {
  return SyntheticSeries(5).stepped(points, points, 0.0);
}

TEST(TimeLine, WhatWasNotMeasuredAnewIsNoPoint) {
  auto points = points_of({1.0, 2.0, 3.0, 4.0, 5.0});
  points[1].verdict.source = points[0].verdict.source;
  points[2].verdict.record.measured = "a text";
  points[3].verdict.record.measured = Json(nullptr);
  const TimeLine line = time_line_of(points);
  EXPECT_THAT(line.values, ElementsAre(1.0, 5.0));
  EXPECT_THAT(line.places, ElementsAre(0U, 4U));
}

TEST(TimeLine, WithoutSourcesEachPointCounts) {
  auto points = points_of({1.0, 1.0, 1.0});
  for (auto& point : points) point.verdict.source = "";
  EXPECT_THAT(time_line_of(points).values, SizeIs(3));
}

TEST(TimeLine, TheLevelBeginsAtTheLastChange) {
  auto values = quiet(30);
  for (std::size_t i = 18; i < 30; ++i) values[i] += 10.0;
  const TimeLine line = time_line_of(points_of(values));
  EXPECT_THAT(line.changes, SizeIs(1));
  EXPECT_EQ(line.level_since, 18U);
  EXPECT_NEAR(line.level, 10.0, 1.0);
}

TEST(TimeLine, ANumberThatRepeatsChangesAtOnce) {
  const TimeLine line = time_line_of(points_of({52.05, 52.05, 52.05, 52.05, 52.05, 52.06}));
  EXPECT_EQ(line.noise.sd, 0.0);
  ASSERT_THAT(line.changes, SizeIs(1));
  EXPECT_EQ(line.level_since, 5U);
  EXPECT_EQ(line.level, 52.06);
}

TEST(Newest, AMoveWithinTheNoiseIsNone) {
  auto values = quiet(20);
  values.push_back(1.0);
  const Newest newest = newest_of(points_of(values));
  EXPECT_TRUE(newest.is_measured);
  EXPECT_TRUE(newest.is_noise_known);
  EXPECT_FALSE(newest.move.has_value());
}

TEST(Newest, AMoveBeyondTheNoiseIsOne) {
  auto values = quiet(20);
  values.push_back(-9.0);
  const Newest newest = newest_of(points_of(values));
  ASSERT_TRUE(newest.move.has_value());
  EXPECT_EQ(newest.move->now, -9.0);
  EXPECT_NEAR(newest.move->level, 0.0, 0.5);
  EXPECT_GT(newest.move->allowed, 2.0);
  EXPECT_EQ(newest.move->since, 20U);
}

TEST(Newest, AMoveThatStaysIsOfTheNightInWhichItCame) {
  auto values = quiet(20);
  values.push_back(-9.0);
  values.push_back(-9.5);
  const Newest newest = newest_of(points_of(values));
  ASSERT_TRUE(newest.move.has_value());
  EXPECT_EQ(newest.move->since, 20U);
  values.push_back(9.0);  // Beyond the noise too, but elsewhere.
  EXPECT_EQ(newest_of(points_of(values)).move->since, 22U);
}

TEST(Newest, FewPointsDoNotTellTheNoise) {
  EXPECT_FALSE(newest_of(points_of({})).is_measured);
  EXPECT_FALSE(newest_of(points_of({1.0})).is_measured);
  const Newest newest = newest_of(points_of({1.0, 1.1, 0.9, 50.0}));
  EXPECT_TRUE(newest.is_measured);
  EXPECT_FALSE(newest.is_noise_known);
  EXPECT_FALSE(newest.move.has_value());
}

TEST(Newest, ANumberThatRepeatsMayNotMoveAtAll) {
  EXPECT_FALSE(newest_of(points_of({5.0, 5.0, 5.0, 5.0, 5.0})).move.has_value());
  const Newest newest = newest_of(points_of({5.0, 5.0, 5.0, 5.0, 5.001}));
  ASSERT_TRUE(newest.move.has_value());
  EXPECT_EQ(newest.move->allowed, 0.0);
}

TEST(Newest, ANumberThatRepeatsIsToldUntilItsLevelIsOne) {
  std::vector<double> values = {3.0, 3.0, 3.0, 3.0, 2.0};
  for (int night = 6; night <= 7; ++night) {
    values.push_back(2.0);
    const auto newest = newest_of(points_of(values));
    ASSERT_TRUE(newest.move) << night;
    EXPECT_EQ(newest.move->level, 3.0);
    EXPECT_EQ(newest.move->now, 2.0);
    EXPECT_EQ(newest.move->since, 4U);
  }
  values.push_back(2.0);
  EXPECT_FALSE(newest_of(points_of(values)).move);
  values.push_back(3.0);
  ASSERT_TRUE(newest_of(points_of(values)).move) << "back, and so moved again";
  EXPECT_EQ(newest_of(points_of(values)).move->since, values.size() - 1);
  EXPECT_FALSE(newest_of(points_of({3.0, 3.0, 3.0, 3.0, 3.0})).move) << "no level before";
}

TEST(Newest, AKeptResultIsNoMeasurement) {
  auto points = points_of({5.0, 5.0, 5.0, 5.0, 6.0, 6.0});
  points[5].verdict.source = points[4].verdict.source;
  EXPECT_FALSE(newest_of(points).is_measured);
}

/// 1 in 1000 is stated; 5 of 200 come in 1 of 500,000 tries. change_points_bench draws more.
TEST(Newest, FalseAlarmsAreAsRareAsStated) {
  int alarms = 0;
  int found = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    SyntheticSeries draw(seed);
    if (newest_of(points_of(draw.stepped(12, 12, 0.0))).move) ++alarms;
    if (newest_of(points_of(draw.stepped(21, 20, 8.0))).move) ++found;
  }
  EXPECT_LE(alarms, 4);
  EXPECT_GT(found, 170);
}

TEST(SameVerdictSince, IsTheFirstOfTheLastOnes) {
  auto points = points_of({1, 2, 3, 4});
  EXPECT_EQ(same_verdict_since(points), 0U);
  points[1].verdict.record.verdict = Verdict::kFail;
  EXPECT_EQ(same_verdict_since(points), 2U);
  EXPECT_EQ(same_verdict_since({}), 0U);
}

}  // namespace
}  // namespace harness
