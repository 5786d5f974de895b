#include "harness/evaluate/row_kernels.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/float16.h"

namespace harness {
namespace {
using testing::Each;
using testing::ElementsAre;

TEST(BlendRows, RoundsOnceAfterTheFirstProduct) {
  // (1 + 2^-12)^2 has a digit 2^-24 that a product rounded by itself would lose.
  const std::vector<float> top(5, 1.0F + 0x1p-12F);
  const std::vector<float> bottom(5, 1.0F);
  std::vector<float> result(5);
  blend_rows(top.data(), 1.0F + 0x1p-12F, bottom.data(), -1.0F, 5, result.data());
  EXPECT_THAT(result, Each(0x1p-11F + 0x1p-24F));
}

TEST(StretchRow, MixesTheTwoPixelsItIsTold) {
  const std::vector<float> row{10.0F, 20.0F};
  const std::vector<std::int32_t> first{0, 0, 1};
  const std::vector<std::int32_t> second{0, 1, 1};
  const std::vector<float> first_weight{1.0F, 0.75F, 0.25F};
  const std::vector<float> second_weight{0.0F, 0.25F, 0.75F};
  std::vector<float> result(3);
  stretch_row(row.data(), first.data(), first_weight.data(), second.data(), second_weight.data(), 3,
              result.data());
  EXPECT_THAT(result, ElementsAre(10.0F, 12.5F, 20.0F));
}

TEST(RoundRowToHalf, KeepsEveryHalf) {
  std::vector<float> row;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = half_to_float(static_cast<std::uint16_t>(bits));
    if (std::isfinite(value)) row.push_back(value);
  }
  const auto expected = row;
  round_row_to_half(row.data(), row.size());
  EXPECT_EQ(row, expected);
}

TEST(RoundRowToHalf, AgreesWithTheScalarRuleOnTiesSubnormalsAndRandomValues) {
  std::vector<float> row{0x1p-25F,        0x1.000002p-25F,   0x1.8p-24F, 0x1.ffcp-15F, 0x1.ffep-15F,
                         1.0F + 0x1p-11F, 1.0F + 0x1.8p-10F, -2049.0F,   65504.0F};
  std::mt19937 generator(7);
  std::uniform_real_distribution<float> exponent(-26.0F, 15.9F);
  for (int i = 0; i < 10000; ++i) row.push_back(std::exp2(exponent(generator)) * (i % 2 ? 1 : -1));
  std::vector<float> expected;
  for (const float value : row) expected.push_back(half_to_float(float_to_half(value)));
  round_row_to_half(row.data(), row.size());
  EXPECT_EQ(row, expected);
}

TEST(UpdateBest, KeepsTheFirstOfEqualOnesAndTheRunnerUp) {
  constexpr float kLowest = -std::numeric_limits<float>::infinity();
  std::vector<float> best(4, kLowest);
  std::vector<float> runner_up(4, kLowest);
  std::vector<std::int32_t> best_class(4, 0);
  const std::vector<std::vector<float>> classes{{1, 5, 3, 2}, {2, 5, 1, 3}, {3, 4, 2, 1}};
  for (std::int32_t number = 0; number < 3; ++number) {
    update_best(classes[static_cast<std::size_t>(number)].data(), number, 4, best.data(),
                runner_up.data(), best_class.data());
  }
  EXPECT_THAT(best, ElementsAre(3, 5, 3, 3));
  EXPECT_THAT(runner_up, ElementsAre(2, 5, 2, 2));
  EXPECT_THAT(best_class, ElementsAre(2, 0, 0, 1));
}

}  // namespace
}  // namespace harness
