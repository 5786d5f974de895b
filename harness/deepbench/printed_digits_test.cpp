#include "harness/deepbench/printed_digits.h"

#include <gtest/gtest.h>

#include "harness/testing/small_sheet.h"

namespace harness {
namespace {

TEST(PrintedDigits, CountsDecimalsOfWhatWasRead) {
  EXPECT_EQ(decimals_of(0.0122), 4);
  EXPECT_EQ(decimals_of(12.0), 0);
  EXPECT_EQ(decimals_of(12.5), 1);
  EXPECT_EQ(decimals_of(0.0), 0);
  EXPECT_EQ(decimals_of(1.5e-7), 8);
  EXPECT_EQ(decimals_of(2e-7), 7);
  EXPECT_EQ(decimals_of(1e20), 0);
}

TEST(PrintedDigits, AColumnHasTheDigitsOfItsLongestNumber) {
  const ResultSheet sheet =
      small_sheet("gemm", gemm_row(1, 2, 2, 2, 0.5, 1) + "," + gemm_row(2, 2, 2, 2, 0.122, 2));
  const ColumnDigits digits(sheet.tables.front());
  EXPECT_DOUBLE_EQ(digits.half_unit("time_ms"), 0.0005);
  EXPECT_DOUBLE_EQ(digits.half_unit("tflops"), 0.5);
  EXPECT_EQ(digits.half_unit("total_ms"), 0.0);
}

TEST(PrintedDigits, SignificantOnesDependOnTheNumber) {
  EXPECT_DOUBLE_EQ(half_unit(2.60851, 6), 5e-6);
  EXPECT_DOUBLE_EQ(half_unit(112.276, 6), 5e-4);
  EXPECT_EQ(half_unit(0.0, 6), 0.0);
}

}  // namespace
}  // namespace harness
