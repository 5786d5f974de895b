#include "harness/base/statistics/median.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace harness {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Median, IsTheMiddleOfAnOddNumber) {
  EXPECT_EQ(median({7}), 7.0);
  EXPECT_EQ(median({9, -2, 4}), 4.0);
  EXPECT_EQ(median({5, 1, 4, 2, 3}), 3.0);
}

TEST(Median, IsTheMeanOfTheTwoMiddleOnesOfAnEvenNumber) {
  EXPECT_EQ(median({1, 2}), 1.5);
  EXPECT_EQ(median({40, 1, 2, 10}), 6.0);
  EXPECT_EQ(median({3, 8, 3, 100}), 5.5);
}

TEST(Median, AnOutlierMovesItToANeighbourAtMost) {
  EXPECT_EQ(median({1, 2, kInfinity}), 2.0);
  EXPECT_EQ(median({-kInfinity, 1, 3, kInfinity}), 2.0);
}

TEST(Median, OfNothingOrOfNanIsNan) {
  EXPECT_TRUE(std::isnan(median({})));
  EXPECT_TRUE(std::isnan(median({1, std::nan(""), 3})));
}

}  // namespace
}  // namespace harness
