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
  EXPECT_NEAR(student_t_quantile(0.05, 4), -2.131847, 1e-6);
  EXPECT_NEAR(student_t_quantile(0.975, std::numeric_limits<double>::infinity()), 1.959964, 1e-6);
}

TEST(Statistics, WhatIsNoDistributionHasNoQuantile) {
  EXPECT_TRUE(std::isnan(student_t_quantile(1.0, 4)));
  EXPECT_TRUE(std::isnan(student_t_quantile(0.95, 0)));
  EXPECT_TRUE(std::isnan(student_t_quantile(0.95, std::nan(""))));
}

}  // namespace
}  // namespace harness
