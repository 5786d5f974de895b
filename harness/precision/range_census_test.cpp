#include "harness/precision/range_census.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace harness {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Two zeros, three below 2^-14, two ordinary, three not finite.
torch::Tensor mixture(torch::ScalarType dtype) {
  return torch::tensor({0.0, -0.0, std::ldexp(1, -15), -std::ldexp(1, -20), std::ldexp(1.5, -15),
                        std::ldexp(1, -14), -65504.0, kInfinity, -kInfinity, kNaN},
                       torch::kDouble)
      .to(dtype);
}

/// What a census says, found with LibTorch's own operators.
RangeCensus by_operators(const torch::Tensor& values) {
  const auto wide = values.to(torch::kDouble).abs();
  const auto finite = wide.isfinite();
  const auto sum = [](const torch::Tensor& mask) { return mask.sum().item<std::int64_t>(); };
  return {.elements = wide.numel(),
          .non_finite = sum(finite.logical_not()),
          .zeros = sum(wide.eq(0)),
          .half_subnormals = sum(wide.gt(0).logical_and(wide.lt(std::ldexp(1, -14)))),
          .above_half_max = sum(finite.logical_and(wide.gt(65504))),
          .max_abs = torch::where(finite, wide, 0).max().item<double>()};
}

TEST(RangeCensus, CountsByHandInEveryFormat) {
  for (const auto dtype : {torch::kHalf, torch::kFloat, torch::kDouble}) {
    const RangeCensus expected{.elements = 10,
                               .non_finite = 3,
                               .zeros = 2,
                               .half_subnormals = 3,
                               .above_half_max = 0,
                               .max_abs = 65504};
    EXPECT_EQ(census_of(mixture(dtype)), expected) << dtype;
  }
  // bfloat16 rounds 65504 to 65536.
  const RangeCensus expected{.elements = 10,
                             .non_finite = 3,
                             .zeros = 2,
                             .half_subnormals = 3,
                             .above_half_max = 1,
                             .max_abs = 65536};
  EXPECT_EQ(census_of(mixture(torch::kBFloat16)), expected);
}

TEST(RangeCensus, SeesTheEdgesOfHalfInWiderFormats) {
  const auto edges = torch::tensor({std::nextafter(65504.0F, 1e9F), 65504.0F,
                                    std::nextafter(std::ldexp(1.0F, -14), 0.0F),
                                    std::ldexp(1.0F, -14), std::ldexp(1.0F, -149)});
  for (const auto& values : {edges, edges.to(torch::kDouble)}) {
    EXPECT_EQ(census_of(values).above_half_max, 1);
    EXPECT_EQ(census_of(values).half_subnormals, 2);
  }
}

TEST(RangeCensus, AgreesWithOperatorsOnEveryHalfAndOnLongTensors) {
  const auto every_half = torch::arange(65536, torch::kInt).to(torch::kShort).view(torch::kHalf);
  EXPECT_EQ(census_of(every_half), by_operators(every_half));
  torch::manual_seed(4);
  const auto scale = torch::exp(torch::randn({300, 500}) * 8);
  for (const auto dtype : {torch::kHalf, torch::kBFloat16, torch::kFloat, torch::kDouble}) {
    const auto values = (torch::randn({300, 500}) * scale).relu().to(dtype);
    EXPECT_EQ(census_of(values), by_operators(values)) << dtype;
  }
}

TEST(RangeCensus, CountsEveryElementOfABlockOfZerosOrInfinities) {
  for (const double value : {0.0, kInfinity, 1e-5}) {
    const auto values = torch::full({3 * 65536 + 1}, value, torch::kHalf);
    EXPECT_EQ(census_of(values), by_operators(values)) << value;
  }
}

TEST(RangeCensus, DoesNotDependOnStrides) {
  const auto values = torch::randn({2, 3, 4, 5}).mul(1e-4);
  const auto expected = census_of(values);
  EXPECT_EQ(census_of(values.permute({0, 2, 3, 1})), expected);
  const auto gaps = torch::zeros({2, 3, 4, 10});
  gaps.slice(/*dim=*/3, /*start=*/0, /*end=*/10, /*step=*/2).copy_(values);
  EXPECT_EQ(census_of(gaps.slice(3, 0, 10, 2)), expected);
  EXPECT_EQ(census_of(values[0][0][0][0].expand({7})).elements, 7);
}

TEST(RangeCensus, OfNothingIsAllZero) {
  EXPECT_EQ(census_of(torch::empty({0}, torch::kHalf)), RangeCensus{});
}

TEST(RangeCensus, RefusesIntegers) {
  EXPECT_THROW(census_of(torch::ones({2}, torch::kInt)), c10::Error);
}

TEST(RangeTally, AddsUpCensuses) {
  RangeTally tally;
  tally.add(torch::tensor({1.0F, 0.0F}));
  tally.add(torch::tensor({-3.0F, 1e-6F, 1e6F}));
  const RangeCensus expected{.elements = 5,
                             .non_finite = 0,
                             .zeros = 1,
                             .half_subnormals = 1,
                             .above_half_max = 1,
                             .max_abs = 1e6};
  EXPECT_EQ(tally.total(), expected);
}

}  // namespace
}  // namespace harness
