#include "harness/deepbench/array.h"

#include <cmath>

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(Array, RoundsToItsFormat) {
  const double third = 1.0 / 3.0;
  Array half(ElementType::kFloat16, 2);
  half.set(1, third);
  EXPECT_EQ(half.at(0), 0.0);
  EXPECT_EQ(half.at(1), 0.333251953125);
  EXPECT_EQ(half.bytes().size(), 4U);
  EXPECT_EQ(rounded(ElementType::kFloat16, third), 0.333251953125);
  EXPECT_EQ(rounded(ElementType::kBfloat16, third), 0.333984375);
  EXPECT_EQ(rounded(ElementType::kFloat32, third), static_cast<double>(1.0f / 3.0f));
  EXPECT_EQ(rounded(ElementType::kFloat64, third), third);
}

TEST(Array, BfloatRoundsToEvenAndKeepsWhatIsNotFinite) {
  EXPECT_EQ(rounded(ElementType::kBfloat16, 257.0), 256.0);
  EXPECT_EQ(rounded(ElementType::kBfloat16, 259.0), 260.0);
  EXPECT_TRUE(std::isnan(rounded(ElementType::kBfloat16, std::nan(""))));
  EXPECT_TRUE(std::isinf(rounded(ElementType::kBfloat16, INFINITY)));
}

TEST(Array, DrawnValuesHaveTheExponentsOfTheirRange) {
  const Array values = draw_values(ElementType::kFloat32, 20000, kGradients, 7);
  double exponents = 0.0;
  double squares = 0.0;
  double signs = 0.0;
  for (std::int64_t i = 0; i < values.elements(); ++i) {
    ASSERT_NE(values.at(i), 0.0);
    const double exponent = std::ilogb(values.at(i));
    exponents += exponent;
    squares += exponent * exponent;
    signs += values.at(i) > 0 ? 1 : -1;
  }
  const double mean = exponents / 20000;
  // Binomial(24, 1/2): variance 6. Five standard errors.
  EXPECT_NEAR(mean, -10.0, 5 * std::sqrt(6.0 / 20000));
  EXPECT_NEAR(squares / 20000 - mean * mean, 6.0, 0.3);
  EXPECT_NEAR(signs / 20000, 0.0, 5 / std::sqrt(20000.0));
}

TEST(Array, DrawsDependOnTheSeedAlone) {
  const Array one = draw_values(ElementType::kFloat32, 100, kWeights, 1);
  const Array same = draw_values(ElementType::kFloat32, 100, kWeights, 1);
  const Array other = draw_values(ElementType::kFloat32, 100, kWeights, 2);
  int equal_to_other = 0;
  for (std::int64_t i = 0; i < 100; ++i) {
    EXPECT_EQ(one.at(i), same.at(i));
    equal_to_other += one.at(i) == other.at(i) ? 1 : 0;
  }
  EXPECT_LT(equal_to_other, 5);
}

TEST(Array, DrawnIntegersAreWholeAndNotZero) {
  const Array values = draw_integers(ElementType::kFloat16, 10000, 3, 1);
  int counts[7] = {};
  for (std::int64_t i = 0; i < values.elements(); ++i) {
    const double value = values.at(i);
    ASSERT_EQ(value, std::round(value));
    ASSERT_LE(std::abs(value), 3.0);
    ++counts[static_cast<int>(value) + 3];
  }
  EXPECT_EQ(counts[3], 0);
  for (const int i : {0, 1, 2, 4, 5, 6}) EXPECT_NEAR(counts[i], 10000 / 6, 200) << i - 3;
}

}  // namespace
}  // namespace harness
