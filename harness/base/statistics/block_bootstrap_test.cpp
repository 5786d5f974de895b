#include "harness/base/statistics/block_bootstrap.h"

#include <cmath>

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(BlockBootstrap, TheMedianIsThatOfAllMeasurements) {
  EXPECT_EQ(median_of_blocks({{1.0, 9.0}, {2.0, 3.0, 4.0}}), 3.0);
  EXPECT_TRUE(std::isnan(median_of_blocks({})));
}

TEST(BlockBootstrap, TheIntervalHoldsTheMedianAndIsTheSameEveryTime) {
  const Blocks blocks = {{1.0, 1.1}, {1.2, 1.3}, {1.0, 1.4}, {1.1, 1.2}, {0.9, 1.0}};
  const Interval interval = median_interval(blocks);
  EXPECT_LT(interval.low, median_of_blocks(blocks));
  EXPECT_GT(interval.high, median_of_blocks(blocks));
  EXPECT_GE(interval.low, 0.9);
  EXPECT_LE(interval.high, 1.4);
  EXPECT_EQ(median_interval(blocks).low, interval.low);
  EXPECT_EQ(median_interval(blocks).high, interval.high);
}

TEST(BlockBootstrap, MeasurementsOfOneBlockStayTogether) {
  // Two levels, one for each block: half of the draws of two blocks are of a single level, so the
  // interval spans both. Single measurements would rarely be drawn so.
  const Interval interval = median_interval({std::vector<double>(50, 1.0),  //
                                             std::vector<double>(50, 2.0)});
  EXPECT_EQ(interval.low, 1.0);
  EXPECT_EQ(interval.high, 2.0);
}

TEST(BlockBootstrap, ABlockCountsWithAllOfItsMeasurements) {
  const Interval interval = median_interval({{5.0, 1.0, 1.0}, {5.0, 1.0, 1.0}});
  EXPECT_EQ(interval.low, 1.0);
  EXPECT_EQ(interval.high, 1.0);
}

TEST(BlockBootstrap, TooLittleHasNoInterval) {
  for (const Blocks& blocks : {Blocks{}, Blocks{{1.0, 2.0}}, Blocks{{1.0}, {}},
                               Blocks{{1.0}, {std::numeric_limits<double>::quiet_NaN()}}}) {
    EXPECT_TRUE(std::isnan(median_interval(blocks).low));
    EXPECT_TRUE(std::isnan(median_interval(blocks).high));
  }
}

TEST(BlockBootstrap, ARatioIsTakenRoundByRound) {
  // The machine becomes three times as slow in the middle; each round says 2.
  const Blocks reference = {{2.0, 2.0}, {2.0}, {6.0}, {6.0, 6.0}};
  const Blocks other = {{1.0}, {1.0, 1.0}, {3.0}, {3.0}};
  EXPECT_EQ(median_ratio(reference, other), 2.0);
  EXPECT_EQ(ratio_interval(reference, other).low, 2.0);
  EXPECT_EQ(ratio_interval(reference, other).high, 2.0);
}

TEST(BlockBootstrap, RoundsThatDoNotCorrespondHaveNoRatio) {
  EXPECT_TRUE(std::isnan(median_ratio({{1.0}, {1.0}}, {{1.0}})));
  EXPECT_TRUE(std::isnan(ratio_interval({{1.0}, {1.0}}, {{1.0}}).low));
  EXPECT_TRUE(std::isnan(ratio_interval({{1.0}, {}}, {{1.0}, {1.0}}).high));
}

}  // namespace
}  // namespace harness
