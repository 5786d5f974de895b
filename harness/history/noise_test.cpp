#include "harness/history/noise.h"

#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

namespace harness {
namespace {

/// Up and down around a level: every difference is `step`.
std::vector<double> zigzag(std::size_t points, double step) {
  std::vector<double> series;
  for (std::size_t i = 0; i < points; ++i) series.push_back(10.0 + (i % 2 == 0 ? 0.0 : step));
  return series;
}

TEST(Noise, IsTheMedianDifferenceOverTheRootOfTwo) {
  EXPECT_NEAR(noise_of(zigzag(8, 0.5)).sd, 1.4826 * 0.5 / std::numbers::sqrt2, 1e-12);
  EXPECT_EQ(noise_of(zigzag(8, 0.5)).points, 8U);
}

TEST(Noise, IsNotKnownFromAFewPoints) {
  EXPECT_TRUE(std::isnan(noise_of(zigzag(7, 0.5)).sd));
  EXPECT_FALSE(std::isnan(noise_of(zigzag(8, 0.5)).sd));
  EXPECT_TRUE(std::isnan(noise_of(zigzag(3, 0.0)).sd));
  EXPECT_EQ(noise_of(zigzag(4, 0.0)).sd, 0.0) << "a number that repeats exactly";
}

TEST(Noise, AStepAndAnOutlierHardlyTouchIt) {
  std::vector<double> series = zigzag(20, 0.5);
  const double quiet = noise_of(series).sd;
  for (std::size_t i = 12; i < 20; ++i) series[i] += 100.0;
  series[5] = -1e6;
  EXPECT_NEAR(noise_of(series).sd, quiet, 1e-12);
}

TEST(Noise, TheAllowanceShrinksWithThePoints) {
  const auto allowed = [](std::size_t points) { return largest_quiet_move({1.0, points}, points); };
  EXPECT_NEAR(allowed(8), 10.29 * std::sqrt(1.0 + std::numbers::pi / 16.0), 1e-9);
  EXPECT_GT(allowed(8), allowed(20));
  EXPECT_NEAR(allowed(100'000), 3.29, 0.001);
  EXPECT_GT(largest_quiet_move({1.0, 20}, 3), allowed(20)) << "a short level is known less well";
  EXPECT_EQ(largest_quiet_move({0.0, 20}, 20), 0.0);
  EXPECT_TRUE(std::isnan(largest_quiet_move({NAN, 3}, 3)));
}

}  // namespace
}  // namespace harness
