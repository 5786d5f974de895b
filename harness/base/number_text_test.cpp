#include "harness/base/number_text.h"

#include <cmath>

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(NumberText, PublishedDigitsAreKept) {
  EXPECT_EQ(fixed_text(76.8, 2), "76.80");
  EXPECT_EQ(fixed_text(52.050000000000004, 2), "52.05");
  EXPECT_EQ(fixed_text(11, 0), "11");
  EXPECT_EQ(fixed_text(600, -1), "600");
  EXPECT_EQ(fixed_text(-0.0001, 2), "0.00");
}

TEST(NumberText, NothingFiniteReadsAsANumber) {
  EXPECT_EQ(fixed_text(NAN, 2), "nan");
  EXPECT_EQ(fixed_text(-INFINITY, 2), "-inf");
  EXPECT_EQ(measured_text(NAN, 2), "nan");
  EXPECT_EQ(short_text(INFINITY), "inf");
}

TEST(NumberText, AMeasuredNumberHasOneDigitMore) {
  EXPECT_EQ(measured_text(52.0512, 2), "52.051");
  EXPECT_EQ(measured_text(34.21875, 0), "34.2");
  EXPECT_EQ(measured_text(34.21875, -1), "34");
  EXPECT_EQ(measured_text(600, -1), "600");
  EXPECT_EQ(measured_text(0.0, -1), "0");
  EXPECT_EQ(measured_text(0.0, 2), "0.000");
}

TEST(NumberText, ASmallMeasuredNumberKeepsTwoSignificantDigits) {
  EXPECT_EQ(measured_text(0.0123, 0), "0.012");
  EXPECT_EQ(measured_text(-0.0123, -1), "-0.012");
  EXPECT_EQ(measured_text(0.00000123, -1), "1.2e-06");
}

TEST(NumberText, ShortNumbersHaveNoTrailingZeros) {
  EXPECT_EQ(short_text(0.055), "0.055");
  EXPECT_EQ(short_text(0.05 + 0.005), "0.055");
  EXPECT_EQ(short_text(1.0), "1");
  EXPECT_EQ(short_text(512.0), "512");
  EXPECT_EQ(short_text(65504.0), "65504");
  EXPECT_EQ(short_text(100.0), "100");
  EXPECT_EQ(short_text(0.0), "0");
}

TEST(NumberText, CountsAreGroupedByThousands) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1,000");
  EXPECT_EQ(count_text(68489862), "68,489,862");
  EXPECT_EQ(count_text(-123456), "-123,456");
}

TEST(NumberText, BytesAreShownInBinaryUnits) {
  EXPECT_EQ(byte_text(500), "500 bytes");
  EXPECT_EQ(byte_text(1024), "1.00 KiB");
  EXPECT_EQ(byte_text(1572561), "1.50 MiB");
  EXPECT_EQ(byte_text(std::ldexp(1.0, 52)), "4096.00 TiB");
}

TEST(NumberText, SharesArePercentOfTheWhole) {
  EXPECT_EQ(share_text(2, 5), "40 %");
  EXPECT_EQ(share_text(0, 5), "0 %");
  EXPECT_EQ(share_text(0, 0), "-");
  EXPECT_EQ(share_text(123, 1000000), "0.012 %");
}

TEST(NumberText, OneOfAThingHasNoPlural) {
  EXPECT_EQ(plural(1, "tensor"), "1 tensor");
  EXPECT_EQ(plural(358, "tensor"), "358 tensors");
}

TEST(NumberText, AListingShowsThreeNames) {
  EXPECT_EQ(listing({}), "");
  EXPECT_EQ(listing({"a", "b", "c"}), "a, b, c");
  EXPECT_EQ(listing({"a", "b", "c", "d"}), "a, b, c, ...");
}

TEST(NumberText, AListEndsWithAnd) {
  EXPECT_EQ(enumeration({}), "");
  EXPECT_EQ(enumeration({"a"}), "a");
  EXPECT_EQ(enumeration({"a", "b"}), "a and b");
  EXPECT_EQ(enumeration({"a", "b", "c"}), "a, b and c");
}

}  // namespace
}  // namespace harness
