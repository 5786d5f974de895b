#include "harness/checkpoint/tensor_statistics.h"

#include <bit>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "harness/base/float16.h"

namespace harness {
namespace {

template <typename Number>
TensorView view_of(const std::vector<Number>& values, DType dtype) {
  return {.name = "t",
          .dtype = dtype,
          .shape = {static_cast<std::int64_t>(values.size())},
          .strides = {1},
          .offset = 0,
          .storage = 0,
          .storage_bytes = std::as_bytes(std::span(values))};
}

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(TensorStatistics, CountsByHand) {
  const std::vector<float> values = {0.0F,  -0.0F,  1.0F,      0.1F,       65504.0F,     65505.0F,
                                     1e-6F, -6e-8F, kInfinity, -kInfinity, std::nanf("")};
  const TensorStatistics statistics = statistics_of(view_of(values, DType::kFloat32));
  EXPECT_EQ(statistics.elements, 11);
  EXPECT_EQ(statistics.non_finite, 3);
  EXPECT_EQ(statistics.zeros, 2);
  EXPECT_EQ(statistics.half_subnormals, 2);  // 1e-6, -6e-8
  EXPECT_EQ(statistics.above_half_max, 1);   // 65505
  EXPECT_EQ(statistics.not_half_exact, 4);   // 0.1, 65505, 1e-6, -6e-8
  EXPECT_EQ(statistics.max_abs, 65505.0);
  EXPECT_EQ(statistics.min_abs, static_cast<double>(6e-8F));
}

TEST(TensorStatistics, CallsExactWhatRoundingToHalfKeeps) {
  std::vector<float> values;
  std::int64_t changed = 0;
  for (std::uint32_t step = 0; step < 400000; ++step) {
    // Strides through all exponents and many mantissas of finite floats.
    const float value = std::bit_cast<float>((step * 10739U) & 0x7f7fffffU);
    values.push_back(value);
    if (half_to_float(float_to_half(value)) != value) ++changed;
  }
  EXPECT_EQ(statistics_of(view_of(values, DType::kFloat32)).not_half_exact, changed);
  const std::vector<double> wide(values.begin(), values.end());
  EXPECT_EQ(statistics_of(view_of(wide, DType::kFloat64)).not_half_exact, changed);
}

TEST(TensorStatistics, FindsEveryHalfExact) {
  std::vector<std::uint16_t> halves;
  std::vector<float> floats;
  for (std::uint32_t bits = 0; bits < 0x7c00; ++bits) {
    halves.push_back(static_cast<std::uint16_t>(bits));
    floats.push_back(half_to_float(static_cast<std::uint16_t>(bits)));
  }
  for (const TensorStatistics& statistics : {statistics_of(view_of(halves, DType::kFloat16)),
                                             statistics_of(view_of(floats, DType::kFloat32))}) {
    EXPECT_EQ(statistics.not_half_exact, 0);
    EXPECT_EQ(statistics.above_half_max, 0);
    EXPECT_EQ(statistics.half_subnormals, 1023);
    EXPECT_EQ(statistics.zeros, 1);
    EXPECT_EQ(statistics.max_abs, 65504.0);
    EXPECT_EQ(statistics.min_abs, std::ldexp(1.0, -24));
  }
}

TEST(TensorStatistics, CountsManyHalvesAsFew) {
  std::vector<std::uint16_t> many;
  for (std::uint32_t i = 0; i < 300000; ++i) many.push_back(static_cast<std::uint16_t>(i * 7919U));
  std::vector<float> wide;
  for (const std::uint16_t bits : many) wide.push_back(half_to_float(bits));
  const TensorStatistics counted = statistics_of(view_of(many, DType::kFloat16));
  const TensorStatistics scanned = statistics_of(view_of(wide, DType::kFloat32));
  EXPECT_EQ(counted.elements, 300000);
  EXPECT_GT(counted.non_finite, 1000);
  EXPECT_EQ(counted.non_finite, scanned.non_finite);
  EXPECT_EQ(counted.zeros, scanned.zeros);
  EXPECT_EQ(counted.half_subnormals, scanned.half_subnormals);
  EXPECT_EQ(counted.not_half_exact, 0);
  EXPECT_EQ(counted.max_abs, scanned.max_abs);
  EXPECT_EQ(counted.min_abs, scanned.min_abs);
}

TEST(TensorStatistics, JudgesIntegersByTheSameRules) {
  const std::vector<std::int64_t> values = {0, -2048, 2049, 70000, -1};
  const TensorStatistics statistics = statistics_of(view_of(values, DType::kInt64));
  EXPECT_EQ(statistics.not_half_exact, 2);
  EXPECT_EQ(statistics.above_half_max, 1);
  EXPECT_EQ(statistics.max_abs, 70000.0);
  EXPECT_EQ(statistics.min_abs, 1.0);
}

TEST(TensorStatistics, ReadsEveryOtherType) {
  const std::vector<std::uint16_t> bfloats = {0x3f80, 0x7f80, 0xc000};  // 1, infinity, -2
  EXPECT_EQ(statistics_of(view_of(bfloats, DType::kBFloat16)).non_finite, 1);
  EXPECT_EQ(statistics_of(view_of(bfloats, DType::kBFloat16)).max_abs, 2.0);
  EXPECT_EQ(statistics_of(view_of(std::vector<std::int8_t>{-128}, DType::kInt8)).max_abs, 128.0);
  EXPECT_EQ(statistics_of(view_of(std::vector<std::int16_t>{-5}, DType::kInt16)).max_abs, 5.0);
  EXPECT_EQ(statistics_of(view_of(std::vector<std::int32_t>{7}, DType::kInt32)).max_abs, 7.0);
  EXPECT_EQ(statistics_of(view_of(std::vector<std::uint8_t>{255}, DType::kUInt8)).max_abs, 255.0);
  EXPECT_EQ(statistics_of(view_of(std::vector<std::uint8_t>{0, 1}, DType::kBool)).zeros, 1);
}

TEST(TensorStatistics, CountsOnlyTheElementsOfAView) {
  const std::vector<float> values = {1, 100, 2, 100, 3, 100};
  TensorView strided = view_of(values, DType::kFloat32);
  strided.shape = {3};
  strided.strides = {2};
  EXPECT_EQ(statistics_of(strided).elements, 3);
  EXPECT_EQ(statistics_of(strided).max_abs, 3.0);
}

TEST(TensorStatistics, AreZeroForNothingAndAddUp) {
  const std::vector<float> none;
  const TensorStatistics nothing = statistics_of(view_of(none, DType::kFloat32));
  EXPECT_EQ(nothing.elements, 0);
  EXPECT_EQ(nothing.min_abs, 0.0);
  const std::vector<float> some = {4.0F, 0.5F};
  const TensorStatistics statistics = statistics_of(view_of(some, DType::kFloat32));
  const TensorStatistics sum = combine(nothing, combine(statistics, nothing));
  EXPECT_EQ(sum.elements, 2);
  EXPECT_EQ(sum.min_abs, 0.5);
  EXPECT_EQ(sum.max_abs, 4.0);
}

}  // namespace
}  // namespace harness
