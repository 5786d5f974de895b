#include "harness/checkpoint/special_values.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <gtest/gtest.h>

namespace harness {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <typename Number>
TensorView view_of(const std::vector<Number>& values, DType dtype) {
  return {.name = "t",
          .dtype = dtype,
          .shape = {static_cast<std::int64_t>(values.size())},
          .strides = {1},
          .storage_bytes = std::as_bytes(std::span(values))};
}

template <typename Number>
void expect_signs(const std::vector<Number>& values, DType dtype, bool positive, bool negative) {
  EXPECT_EQ(only_infinity_is(view_of(values, dtype), 1), positive) << to_string(dtype);
  EXPECT_EQ(only_infinity_is(view_of(values, dtype), -1), negative) << to_string(dtype);
}

TEST(SpecialValues, TellTheInfinitiesAndNaNApart) {
  const auto infinity = static_cast<float>(kInfinity);
  expect_signs<float>({0.0F, infinity, -1.0F}, DType::kFloat32, true, false);
  expect_signs<float>({0.0F, -infinity}, DType::kFloat32, false, true);
  expect_signs<float>({infinity, -infinity}, DType::kFloat32, false, false);
  expect_signs<float>({infinity, std::nanf("")}, DType::kFloat32, false, false);
  expect_signs<float>({1.0F, 2.0F}, DType::kFloat32, true, true);
  expect_signs<double>({kInfinity}, DType::kFloat64, true, false);
  expect_signs<double>({-kInfinity, -std::nan("")}, DType::kFloat64, false, false);
  expect_signs<std::uint16_t>({0x7c00, 0x7bff}, DType::kFloat16, true, false);
  expect_signs<std::uint16_t>({0xfc00, 0x7c01}, DType::kFloat16, false, false);
  expect_signs<std::uint16_t>({0xff80, 0x7c00}, DType::kBFloat16, false, true);
  expect_signs<std::int32_t>({1}, DType::kInt32, false, false);
}

TEST(SpecialValues, ReadTheOnlyElement) {
  EXPECT_EQ(only_value(view_of<float>({-2.5F}, DType::kFloat32)), -2.5);
  EXPECT_EQ(only_value(view_of<double>({0.1}, DType::kFloat64)), 0.1);
  EXPECT_EQ(only_value(view_of<std::uint16_t>({0xc000}, DType::kFloat16)), -2.0);
  EXPECT_EQ(only_value(view_of<std::uint16_t>({0x4000}, DType::kBFloat16)), 2.0);
  EXPECT_EQ(only_value(view_of<std::int64_t>({-512}, DType::kInt64)), -512.0);
  EXPECT_EQ(only_value(view_of<std::int32_t>({65536}, DType::kInt32)), 65536.0);
  EXPECT_TRUE(std::isnan(only_value(view_of<std::uint8_t>({1}, DType::kBool))));
}

}  // namespace
}  // namespace harness
