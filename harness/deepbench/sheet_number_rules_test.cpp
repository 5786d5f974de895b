#include "harness/deepbench/sheet_number_rules.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/small_sheet.h"

namespace harness {
namespace {

using testing::HasSubstr;

std::vector<SheetFinding> rates_of(const std::string& op, const std::string& rows) {
  RateCount count;
  return find_wrong_rates(small_sheet(op, rows), count);
}

TEST(SheetNumberRules, GrantsWhatPrintingRoundsAway) {
  // 2e9 operations: 2 TFLOPS of 1 ms; 1.99900 and 2.00100 of 1.0005 and 0.9995 ms.
  RateCount count;
  const auto fits = [&count](double rate) {
    return find_wrong_rates(small_sheet("gemm", gemm_row(1, 1000, 1000, 1000, 1.0, rate) + "," +
                                                    gemm_row(2, 1000, 1000, 1000, 0.125, 16)),
                            count)
        .empty();
  };
  EXPECT_TRUE(fits(2.0));
  EXPECT_TRUE(fits(1.99901));
  EXPECT_TRUE(fits(2.00099));
  EXPECT_FALSE(fits(1.99899));
  EXPECT_FALSE(fits(2.00105));
  EXPECT_FALSE(fits(2.05));
  EXPECT_EQ(count.rates, 12);
  EXPECT_EQ(count.off, 3);
  EXPECT_EQ(count.far_off, 1);
}

std::string sparse_row(double rate, double speedup) {
  return fmt::format(R"({{"row": 7, "m": 1000, "n": 10, "k": 1000, "trans_a": false,
    "trans_b": false, "sparsity": 0.95, "sparse_ms": 0.125, "dense_ms": 0.25, "sparse_tflops": {},
    "speedup": {}, "problem": null}})",
                     rate, speedup);
}

TEST(SheetNumberRules, NamesTheShareOfZerosForTheDensity) {
  EXPECT_TRUE(rates_of("sparse_gemm", sparse_row(0.008, 2.0)).empty());
  const auto zeros = rates_of("sparse_gemm", sparse_row(0.152, 2.0));
  ASSERT_EQ(zeros.size(), 1U);
  EXPECT_EQ(zeros[0].rule, "rate");
  EXPECT_EQ(zeros[0].cause,
            "the operations were multiplied by the share of zeros, not of nonzeros");
  EXPECT_EQ(zeros[0].conflicts[0].printed.says, "0.152");
  EXPECT_EQ(zeros[0].conflicts[0].printed.row, 7);
  EXPECT_EQ(zeros[0].conflicts[0].printed.sheet, "S");
  EXPECT_EQ(zeros[0].conflicts[0].expected.says, "0.008 from 0.125 ms");
  EXPECT_THAT(rates_of("sparse_gemm", sparse_row(0.076, 2.0))[0].cause, HasSubstr("multiply-add"));
  EXPECT_THAT(rates_of("sparse_gemm", sparse_row(0.16, 2.0))[0].cause, HasSubstr("all operations"));
  EXPECT_EQ(rates_of("sparse_gemm", sparse_row(0.013, 2.0))[0].cause, "");
}

TEST(SheetNumberRules, ASpeedupIsAQuotientOfItsTimes) {
  const auto wrong = rates_of("sparse_gemm", sparse_row(0.008, 3.0));
  ASSERT_EQ(wrong.size(), 1U);
  EXPECT_EQ(wrong[0].rule, "speedup");
}

/// 1 + (7 + 6 - 7) / 2 = 4 rows and columns; without rounding, (7 + 6 - 7 + 1) / 2 = 3.5.
std::string convolution_row(const std::string& numbers) {
  return fmt::format(R"({{"row": 3, "w": 7, "h": 7, "c": 100, "n": 10, "k": 100, "s": 7, "r": 7,
    "pad_w": 3, "pad_h": 3, "stride_w": 2, "stride_h": 2, {}, "problem": null}})",
                     numbers);
}

TEST(SheetNumberRules, NamesAnOutputThatWasNotRounded) {
  // Outputs are 4x4 and not 3.5x3.5: 0.1568 and 0.12005 TFLOPS in 1 ms.
  EXPECT_TRUE(
      rates_of("convolution", convolution_row(R"("fwd_ms": 1.0, "fwd_tflops": 0.1568)")).empty());
  const auto wrong =
      rates_of("convolution", convolution_row(R"("fwd_ms": 0.125, "fwd_tflops": 0.9604)"));
  ASSERT_EQ(wrong.size(), 1U);
  EXPECT_EQ(wrong[0].cause, "the output size was not rounded");
  const auto output = [](const std::string& printed) {
    return find_wrong_outputs(small_sheet(
        "convolution",
        convolution_row(R"("fwd_ms": null, "fwd_tflops": null, "out_printed": )" + printed)));
  };
  EXPECT_TRUE(output("[4, 4]").empty());
  EXPECT_EQ(output("[3.5, 3.5]").at(0).cause, "the output size was not rounded");
  EXPECT_EQ(output("[4, 5]").at(0).cause, "");
}

TEST(SheetNumberRules, MissesARateBesideATime) {
  const std::string rows = convolution_row(R"("fwd_ms": 1.0, "fwd_tflops": 0.1568)") + "," +
                           convolution_row(R"("fwd_ms": 2.0, "fwd_tflops": null)");
  const auto missing = rates_of("convolution", rows);
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0].rule, "rate_missing");
  EXPECT_EQ(missing[0].conflicts[0].expected.says, "0.0784 from 2 ms");
}

TEST(SheetNumberRules, AStateOfARecurrentLayerMayCountOnceMore) {
  const auto row = [](double rate) {
    return fmt::format(R"({{"row": 3, "type": "vanilla", "hidden": 100, "batch": 10,
      "timesteps": 1000, "fwd_ms": 1.0, "fwd_tflops": {}, "problem": null}})",
                       rate);
  };
  EXPECT_TRUE(rates_of("recurrent", row(0.2)).empty());
  EXPECT_TRUE(rates_of("recurrent", row(0.201)).empty());
  EXPECT_FALSE(rates_of("recurrent", row(0.5)).empty());
}

TEST(SheetNumberRules, AnAllReduceMovesBytesOfAllRanks) {
  const auto row = [](double rate) {
    return fmt::format(R"({{"row": 3, "elements": 1000000, "ranks": 4, "time_ms": 2.0,
      "std_ms": null, "gb_per_s": {}, "algorithm": "ring", "problem": null}})",
                       rate);
  };
  EXPECT_TRUE(rates_of("all_reduce", row(8.0)).empty());
  EXPECT_FALSE(rates_of("all_reduce", row(16.0)).empty());
}

std::vector<SheetFinding> total_of(double total) {
  return find_wrong_totals(small_sheet(
      "convolution",
      convolution_row(fmt::format(R"("fwd_ms": 1.25, "fwd_tflops": 9.0, "bwd_data_ms": 2.5,
        "bwd_filter_ms": 4.5, "bwd_filter_tflops": 7.25, "total_ms": {})",
                                  total))));
}

TEST(SheetNumberRules, SaysWhatATotalLeavesOut) {
  EXPECT_TRUE(total_of(8.25).empty());
  EXPECT_EQ(total_of(7.0).at(0).cause, "the total leaves out fwd_ms");
  EXPECT_EQ(total_of(3.75).at(0).cause, "the total leaves out bwd_filter_ms");
  EXPECT_EQ(total_of(12.75).at(0).cause, "the total adds fwd_tflops in place of bwd_filter_ms");
  EXPECT_EQ(total_of(100.0).at(0).cause, "");
  EXPECT_EQ(total_of(100.0).at(0).conflicts[0].expected.says, "1.25 + 2.5 + 4.5 = 8.25");
}

TEST(SheetNumberRules, NoGemmInFp32IsFasterThanThePeak) {
  const auto peaks = [](double rate, const char* precision, const char* hardware) {
    return find_rates_above_peak(small_sheet("gemm", gemm_row(9, 1760, 7000, 1760, 0.8, rate),
                                             "x.json", "2018-11-02", hardware, precision));
  };
  EXPECT_TRUE(peaks(15.04, "fp32", "NVIDIA V100").empty());
  EXPECT_TRUE(peaks(62.8, "fp16", "NVIDIA V100").empty());
  EXPECT_TRUE(peaks(62.8, "fp32", "a board of tomorrow").empty());
  const auto above = peaks(62.8, "fp32", "NVIDIA V100");
  ASSERT_EQ(above.size(), 1U);
  EXPECT_THAT(above[0].cause, HasSubstr("another arithmetic"));
  EXPECT_THAT(above[0].conflicts[0].expected.says, HasSubstr("15.67"));
  EXPECT_THAT(peaks(12.1, "fp32", "NVIDIA GTX 1080 Ti").at(0).cause, HasSubstr("boost clock"));
}

}  // namespace
}  // namespace harness
