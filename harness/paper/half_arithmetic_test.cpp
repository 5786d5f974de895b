#include "harness/paper/half_arithmetic.h"

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/float16.h"

namespace harness {
namespace {

TEST(HalfArithmetic, RoundsToNearestAndTiesToEven) {
  EXPECT_EQ(round_to_half(1.0), 1.0);
  EXPECT_EQ(round_to_half(1.0 + 0x1p-11), 1.0);                      // A tie: 1 is even.
  EXPECT_EQ(round_to_half(1.0 + 0x1p-11 + 0x1p-40), 1.0 + 0x1p-10);  // Float would make it a tie.
  EXPECT_EQ(round_to_half(1.0 + 3 * 0x1p-11), 1.0 + 0x1p-9);
  EXPECT_EQ(round_to_half(-1.0 - 3 * 0x1p-11), -1.0 - 0x1p-9);
  EXPECT_EQ(round_to_half(0x1p-25), 0.0);  // Not 2^-24, where the paper draws the line.
  EXPECT_EQ(round_to_half(0x1.8p-25), 0x1p-24);
  EXPECT_EQ(round_to_half(65519.9), 65504.0);
  EXPECT_TRUE(std::isinf(round_to_half(-65520.0)));
  EXPECT_TRUE(std::isnan(round_to_half(std::numeric_limits<double>::quiet_NaN())));
}

TEST(HalfArithmetic, RoundsFloatsAsTheCastDoes) {
  std::mt19937 random(1);
  for (int i = 0; i < 200000; ++i) {
    const auto mantissa = static_cast<float>(random()) * 0x1p-31F - 1.0F;
    const float value = std::ldexp(mantissa, static_cast<int>(random() % 48) - 28);
    ASSERT_EQ(round_to_half(value), half_to_float(float_to_half(value))) << value;
  }
}

TEST(HalfArithmetic, NeighboursAreOneUnitInTheLastPlaceAway) {
  EXPECT_EQ(next_half_up(1.0), 1.0 + 0x1p-10);
  EXPECT_EQ(next_half_down(1.0), 1.0 - 0x1p-11);
  EXPECT_EQ(next_half_up(-1.0), -1.0 + 0x1p-11);
  EXPECT_EQ(next_half_down(0.0), -0x1p-24);
  EXPECT_TRUE(std::isinf(next_half_up(65504.0)));
}

// 1 is at least 2048 times larger than what it loses upwards, and the weights just below a power
// of two (2047/1024) move at just below 4096 times.
TEST(HalfArithmetic, AnUpdateBelowHalfADistanceIsLostAndOneAboveIsNot) {
  const UpdateCensus census = census_of_updates();
  EXPECT_EQ(census.weights, 30 * 1024);
  EXPECT_EQ(census.cases, 2 * 30 * 1024);
  EXPECT_EQ(census.below_moved, 0);
  EXPECT_EQ(census.above_lost, 0);
  EXPECT_EQ(census.even_weights, 30 * 1024);
  EXPECT_EQ(census.ties_lost, census.even_weights);
  EXPECT_GT(census.largest_moving_ratio, 4090.0);
  EXPECT_LT(census.largest_moving_ratio, 4096.0);
}

TEST(HalfArithmetic, AtAPowerOfTwoTheRatioIsExactly2048) {
  for (const double weight : {0x1p-10, 1.0, 256.0}) {
    EXPECT_EQ(round_to_half(weight + weight / 2048), weight);
    EXPECT_EQ(round_to_half(weight + weight / 2047.5), weight * (1 + 0x1p-10));
    EXPECT_EQ(round_to_half(weight - weight / 4096), weight);
    EXPECT_EQ(round_to_half(weight - weight / 4095), weight * (1 - 0x1p-11));
  }
}

/// A sum of `large` and then `count` times `small`, in three arithmetics.
struct OneSum {
  const char* what;
  double large;
  double small;
  std::size_t count;
  double half;
  double single;
  double exact;
};

TEST(HalfArithmetic, SumsLoseWhatIsAtMostHalfAUlpOfThem) {
  const auto cases = std::to_array<OneSum>({
      {"4096 ones end at 2048", 0, 1, 4096, 2048, 4096, 4096},
      {"onto 4096, half spaces by 4: each one is lost", 4096, 1, 64, 4096, 4160, 4160},
      {"a tie at an even sum is lost", 4096, 2, 32, 4096, 4160, 4160},
      {"more than half the distance is rounded up", 4096, 3, 16, 4160, 4144, 4144},
      {"a sum that half has no number for", 0, 16384, 1025, INFINITY, INFINITY, 16793600},
      {"2^-13 onto 1", 1, 0x1p-13, 4096, 1, 1.5, 1.5},
      {"2^-25 onto 1 is lost in FP32 as well", 1, 0x1p-25, 4096, 1, 1, 1 + 0x1p-13},
      {"fractions that every arithmetic holds", 0.5, 0.25, 6, 2, 2, 2},
      {"another sign", -4096, -1, 64, -4096, -4160, -4160},
  });
  for (const auto& sum : cases) {
    std::vector<double> values(sum.count, sum.small);
    values.insert(values.begin(), sum.large);
    const DotProducts found = dot_products(values, std::vector<double>(values.size(), 1.0));
    EXPECT_EQ(found.half, sum.half) << sum.what;
    EXPECT_EQ(found.single, sum.single) << sum.what;
    EXPECT_EQ(found.exact, sum.exact) << sum.what;
  }
}

TEST(HalfArithmetic, APartOfASumThatCancelsComesBackInFp32Alone) {
  const std::vector<double> values = {2048, 1, -2048};
  const DotProducts sums = dot_products(values, std::vector<double>(3, 1.0));
  EXPECT_EQ(sums.half, 0.0);
  EXPECT_EQ(sums.single, 1.0);
}

TEST(HalfArithmetic, AVarianceInHalfIsOfDistancesFromARoundedMean) {
  // The sum is 4098, a tie that goes to 4096: the mean is 2048 and the distances are 0 and 2.
  const std::vector<float> pair = {2048.0F, 2050.0F};
  EXPECT_EQ(moments_of(pair, Accumulator::kHalf).mean, 2048.0);
  EXPECT_EQ(moments_of(pair, Accumulator::kHalf).variance, 2.0);
  EXPECT_EQ(moments_of(pair, Accumulator::kDouble).mean, 2049.0);
  EXPECT_EQ(moments_of(pair, Accumulator::kDouble).variance, 1.0);
  // In FP32 the mean is exact, and rounded to half once.
  EXPECT_EQ(moments_of(pair, Accumulator::kSingle).mean, 2048.0);
  EXPECT_EQ(moments_of(pair, Accumulator::kSingle).variance, 1.0);
}

TEST(HalfArithmetic, OnesAddUpTo2048AndNoFurther) {
  const std::vector<double> ones(5000, 1.0);
  const DotProducts sums = dot_products(ones, ones);
  EXPECT_EQ(sums.half, 2048.0);    // 2048 + 1 is a tie, and 2048 is even.
  EXPECT_EQ(sums.single, 5000.0);  // Half spaces its numbers by 4 there, and 5000 is one.
  EXPECT_EQ(sums.exact, 5000.0);
}

TEST(HalfArithmetic, MomentsInHalfStagnateOrOverflow) {
  const std::vector<float> ones(32768, 1.0F);
  EXPECT_EQ(moments_of(ones, Accumulator::kHalf).mean, 2048.0 / 32768.0);
  EXPECT_EQ(moments_of(ones, Accumulator::kSingle).mean, 1.0);
  EXPECT_EQ(moments_of(ones, Accumulator::kSingle).variance, 0.0);
  const std::vector<float> large(2048, 32.0F);  // Their sum is 65536.
  EXPECT_TRUE(std::isinf(moments_of(large, Accumulator::kHalf).mean));
  EXPECT_EQ(moments_of(large, Accumulator::kDouble).mean, 32.0);
  const std::vector<float> pair = {1.0F, 3.0F};
  for (const auto in : {Accumulator::kHalf, Accumulator::kSingle, Accumulator::kDouble}) {
    EXPECT_EQ(moments_of(pair, in).mean, 2.0);
    EXPECT_EQ(moments_of(pair, in).variance, 1.0);
  }
}

}  // namespace
}  // namespace harness
