#include "harness/judge/statistics/tolerance.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace harness {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Tolerance within(double absolute, double relative = 0.0) {
  return {absolute, relative, "backend drift"};
}

TEST(Tolerance, AllowsTheBoundAndTheRounding) {
  EXPECT_TRUE(judge_number(52.05, 52.05, within(0.05), 0.005).pass);
  EXPECT_TRUE(judge_number(52.105, 52.05, within(0.05), 0.005).pass);
  EXPECT_TRUE(judge_number(51.995, 52.05, within(0.05), 0.005).pass);
  EXPECT_FALSE(judge_number(52.1051, 52.05, within(0.05), 0.005).pass);
  EXPECT_FALSE(judge_number(51.9949, 52.05, within(0.05), 0.005).pass);
}

TEST(Tolerance, TheBoundaryDoesNotHangOnBinaryFractions) {
  // In doubles 52.055 - 52.05 is 0.0049999999999954525 and 76.805 - 76.80 is 0.0050000000000096634.
  EXPECT_TRUE(judge_number(52.055, 52.05, std::nullopt, 0.005).pass);
  EXPECT_TRUE(judge_number(76.805, 76.80, std::nullopt, 0.005).pass);
  EXPECT_TRUE(judge_number(76.795, 76.80, std::nullopt, 0.005).pass);
  EXPECT_FALSE(judge_number(76.80501, 76.80, std::nullopt, 0.005).pass);
}

TEST(Tolerance, TheRelativePartIsAFractionOfThePublishedNumber) {
  EXPECT_TRUE(judge_number(95, 100, within(0, 0.05), 0).pass);
  EXPECT_FALSE(judge_number(94.9, 100, within(0, 0.05), 0).pass);
  EXPECT_TRUE(judge_number(-105, -100, within(0, 0.05), 0).pass);
}

TEST(Tolerance, WithoutAToleranceOnlyTheSameNumberPasses) {
  EXPECT_TRUE(judge_number(0, 0, std::nullopt, 0).pass);
  EXPECT_FALSE(judge_number(1e-300, 0, std::nullopt, 0).pass);
  EXPECT_FALSE(judge_number(1, 0, std::nullopt, 0).pass);
}

TEST(Tolerance, NaNAndInfinityNeverPass) {
  for (const double bad : {kNaN, kInfinity, -kInfinity}) {
    EXPECT_FALSE(judge_number(bad, 52.05, within(1000), 0).pass);
    EXPECT_FALSE(judge_number(52.05, bad, within(1000), 0).pass);
    EXPECT_FALSE(judge_number(bad, bad, within(1000), 0).pass);
    EXPECT_FALSE(judge_number(52.05, 52.05, within(bad), 0).pass);
    EXPECT_FALSE(judge_number(52.05, 52.05, within(0, bad), 0).pass);
    EXPECT_FALSE(judge_number(52.05, 52.05, within(1), bad).pass);
  }
}

TEST(Tolerance, ANegativeBoundPassesNothing) {
  EXPECT_FALSE(judge_number(1, 1, within(-0.1), 0.2).pass);
  EXPECT_FALSE(judge_number(1, 1, within(1, -0.1), 0).pass);
}

TEST(Tolerance, ABoundThatBecomesInfinitePassesNothing) {
  EXPECT_FALSE(judge_number(1.0, 4.0, Tolerance{0.0, 1e308, "all"}, 0.0).pass);
  EXPECT_TRUE(judge_number(1.0, 4.0, Tolerance{0.0, 1.0, "much"}, 0.0).pass);
}

TEST(Tolerance, RecordsTheWholeOfWhatWasAllowed) {
  const auto tolerance = within(0.05);
  const auto judgement = judge_number(52.0, 52.05, tolerance, 0.005);
  EXPECT_NEAR(judgement.difference, -0.05, 1e-12);
  const Json record = tolerance_record(judgement, tolerance, 0.005);
  EXPECT_EQ(record.dump(),
            R"({"abs":0.055,"reason":"backend drift; ±0.005: rounding of the published digits"})");
}

TEST(Tolerance, TheRecordAlwaysHasAReason) {
  EXPECT_EQ(tolerance_record(judge_number(1, 1, std::nullopt, 0), std::nullopt, 0).dump(),
            R"({"abs":0.0,"reason":"the suite allows no difference"})");
  EXPECT_EQ(tolerance_record(judge_number(1, 1, std::nullopt, 0.5), std::nullopt, 0.5).dump(),
            R"({"abs":0.5,"reason":"±0.5: rounding of the published digits"})");
}

}  // namespace
}  // namespace harness
