#include "harness/arithmetic/element_type.h"

#include <cmath>
#include <limits>
#include <set>
#include <string_view>

#include <gtest/gtest.h>

#include "harness/base/float16.h"

namespace harness {
namespace {

TEST(ElementTypes, EachIsFoundByItsValueAndHasNamesOfItsOwn) {
  ASSERT_EQ(element_types().size(), 4U);
  std::set<std::string_view> names;
  for (const auto& element : element_types()) {
    EXPECT_EQ(facts(element.type).name, element.name);
    EXPECT_EQ(to_string(element.type), element.name);
    names.insert(element.name);
    names.insert(element.label);
  }
  EXPECT_EQ(names.size(), 8U);
  EXPECT_EQ(to_string(ElementType::kBfloat16), "bfloat16");
}

TEST(ElementTypes, SingleAndDoubleAreThoseOfTheCompiler) {
  const auto& single = facts(ElementType::kFloat32);
  EXPECT_EQ(single.digits, std::numeric_limits<float>::digits);
  EXPECT_EQ(single.max, std::numeric_limits<float>::max());
  EXPECT_EQ(single.min_normal, std::numeric_limits<float>::min());
  EXPECT_EQ(single.min_subnormal, std::numeric_limits<float>::denorm_min());
  const auto& twice = facts(ElementType::kFloat64);
  EXPECT_EQ(twice.digits, std::numeric_limits<double>::digits);
  EXPECT_EQ(twice.max, std::numeric_limits<double>::max());
  EXPECT_EQ(twice.min_normal, std::numeric_limits<double>::min());
  EXPECT_EQ(twice.min_subnormal, std::numeric_limits<double>::denorm_min());
}

TEST(ElementTypes, HalfIsBinary16OfIeee754) {
  const auto& half = facts(ElementType::kFloat16);
  EXPECT_EQ(half.digits, 11);
  EXPECT_EQ(half.max, 65504.0);
  EXPECT_EQ(half.min_normal, 0.00006103515625);
  EXPECT_EQ(half.min_subnormal, 0.000000059604644775390625);
}

TEST(ElementTypes, Bfloat16HasTheExponentsOfFloatAndEightDigits) {
  const auto& bfloat16 = facts(ElementType::kBfloat16);
  EXPECT_EQ(bfloat16.digits, 8);
  EXPECT_EQ(bfloat16.max, 3.3895313892515354759e38);
  EXPECT_EQ(bfloat16.min_normal, static_cast<double>(std::numeric_limits<float>::min()));
  EXPECT_EQ(bfloat16.min_subnormal, 9.1835496157991211560e-41);
}

TEST(ElementTypes, TheSixteenBitTypesAreWhatTheirBitsSay) {
  const auto& half = facts(ElementType::kFloat16);
  EXPECT_EQ(half.max, half_to_float(0x7bff));
  EXPECT_EQ(half.min_normal, half_to_float(0x0400));
  EXPECT_EQ(half.min_subnormal, half_to_float(0x0001));
  const auto& bfloat16 = facts(ElementType::kBfloat16);
  EXPECT_EQ(bfloat16.max, bfloat16_to_float(0x7f7f));
  EXPECT_EQ(bfloat16.min_normal, bfloat16_to_float(0x0080));
  EXPECT_EQ(bfloat16.min_subnormal, bfloat16_to_float(0x0001));
}

TEST(ElementTypes, EveryFormatIsDeterminedByItsDigitsAndItsRange) {
  for (const auto& element : element_types()) {
    const int max_exponent = std::ilogb(element.max);
    const double one_ulp = std::ldexp(1.0, 1 - element.digits);
    EXPECT_EQ(element.max, std::ldexp(2.0 - one_ulp, max_exponent)) << element.name;
    EXPECT_EQ(element.min_normal, std::ldexp(1.0, 1 - max_exponent)) << element.name;
    EXPECT_EQ(element.min_subnormal, element.min_normal * one_ulp) << element.name;
  }
}

TEST(ElementTypes, AFormatHasTheValuesOfItsGrid) {
  for (const auto& element : element_types()) {
    const auto has = [type = element.type](double value) { return represents(type, value); };
    const double next = std::ldexp(1.0, 1 - element.digits);
    for (const double value :
         {0.0, -1.0, 1.0 + next, 2.0 + 2.0 * next, element.max, element.min_normal,
          element.min_subnormal, 3.0 * element.min_subnormal, element.min_normal * (1.0 + next)}) {
      EXPECT_TRUE(has(value)) << element.name << " " << value;
    }
    for (const double value : {double{NAN}, double{INFINITY}, -double{INFINITY}}) {
      EXPECT_FALSE(has(value)) << element.name << " " << value;
    }
    if (element.type == ElementType::kFloat64) continue;
    for (const double value : {1.0 + next / 2.0, -(2.0 + next), 2.0 * element.max,
                               element.min_subnormal / 2.0, 1.5 * element.min_subnormal}) {
      EXPECT_FALSE(has(value)) << element.name << " " << value;
    }
  }
  EXPECT_TRUE(represents(ElementType::kFloat16, 65504.0));
  EXPECT_FALSE(represents(ElementType::kFloat16, 23.033428192138672));
}

}  // namespace
}  // namespace harness
