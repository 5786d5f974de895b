#include "harness/deepbench/sheet_copy_rules.h"

#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/small_sheet.h"

namespace harness {
namespace {

using testing::HasSubstr;

/// `count` GEMMs of different sizes whose times are those of `time`.
std::string gemms(int count, const std::function<double(int)>& time) {
  std::string rows;
  for (int i = 0; i < count; ++i) {
    rows += (i == 0 ? "" : ",") + gemm_row(10 + i, 64 + i, 2, 2, time(i), 1.0);
  }
  return rows;
}

double first_time(int i) {
  return 0.1 + 0.01 * i;
}

std::vector<SheetFinding> copies(const std::string& older, const std::string& newer) {
  // The newer one is given first: the date decides.
  return find_copies({small_sheet("gemm", newer, "new.json", "2019-10-07"),
                      small_sheet("gemm", older, "old.json", "2018-11-05")});
}

TEST(SheetCopyRules, FindsTimesOfAnOlderCampaign) {
  const auto found = copies(gemms(16, first_time), gemms(16, first_time));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].rule, "copied");
  EXPECT_EQ(found[0].file, "new.json");
  EXPECT_EQ(found[0].message, "16 of 16 cells are those of old.json (2018-11-05), S");
  EXPECT_EQ(found[0].conflicts.size(), 16U);
  EXPECT_EQ(found[0].conflicts[3].printed.row, found[0].conflicts[3].expected.row);
  EXPECT_EQ(found[0].conflicts[3].expected.file, "old.json");
}

TEST(SheetCopyRules, SomeEqualTimesAreNoCopy) {
  const auto partly = [](int same) {
    return gemms(20, [same](int i) { return i < same ? first_time(i) : 5.0 + i; });
  };
  EXPECT_EQ(copies(gemms(20, first_time), partly(18)).size(), 1U);
  EXPECT_TRUE(copies(gemms(20, first_time), partly(17)).empty());
  EXPECT_TRUE(copies(gemms(15, first_time), gemms(15, first_time)).empty());
  const auto constant = gemms(16, [](int) { return 0.25; });
  EXPECT_TRUE(copies(constant, constant).empty());
}

std::string convolutions(double scale, bool copy_columns, const std::string& odd_name) {
  std::string rows;
  for (int i = 0; i < 16; ++i) {
    const double time = scale * (1.0 + i);
    rows += fmt::format(R"({}{{"row": {}, "w": {}, "h": 7, "c": 1, "n": 1, "k": 1, "s": 1, "r": 1,
      "pad_w": 0, "pad_h": 0, "stride_w": 1, "stride_h": 1, "fwd_ms": {}, "fwd_tflops": null,
      "bwd_data_ms": {}, "fwd_algo": "{}", "problem": null}})",
                        i == 0 ? "" : ",", i + 1, i + 7, time, copy_columns ? time : time + 0.5,
                        i == 3       ? odd_name
                        : i % 2 == 0 ? "GEMM"
                                     : "FFT");
  }
  return rows;
}

TEST(SheetCopyRules, FindsAColumnThatATableHasTwice) {
  const auto found = find_copies({small_sheet("convolution", convolutions(1.0, true, "GEMM"))});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].column, "bwd_data_ms");
  EXPECT_EQ(found[0].message, "16 of 16 times are those of fwd_ms");
}

TEST(SheetCopyRules, FindsAlgorithmsThatWereCarriedAlong) {
  const auto algorithms = [](const std::string& odd_name) {
    return find_copies(
        {small_sheet("convolution", convolutions(1.0, false, "GEMM"), "a.json", "2018"),
         small_sheet("convolution", convolutions(1.1, false, odd_name), "b.json", "2019")});
  };
  const auto found = algorithms("GEMM");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].column, "fwd_algo");
  EXPECT_TRUE(algorithms("WINOGRAD").empty());
}

TEST(SheetCopyRules, CopiedTimesNeedNoSecondFindingForTheirAlgorithms) {
  const auto found =
      find_copies({small_sheet("convolution", convolutions(1.0, false, "GEMM"), "a.json", "2018"),
                   small_sheet("convolution", convolutions(1.0, false, "GEMM"), "b.json", "2019")});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].column, "fwd_ms, bwd_data_ms");
}

/// GEMMs of which each is there twice, with these times.
std::string repeats(const std::vector<std::pair<double, double>>& times) {
  std::string rows;
  int row = 10;
  for (const auto& [first, second] : times) {
    rows += (row == 10 ? "" : ",") + gemm_row(row, row, 2, 2, first, 1.0) + "," +
            gemm_row(row + 1, row, 2, 2, second, 1.0);
    row += 2;
  }
  return rows;
}

TEST(SheetCopyRules, RepeatedProblemsGiveTheNoiseFloor) {
  std::vector<SheetFinding> findings;
  const auto noise = noise_of(
      small_sheet("gemm", repeats({{1.0, 1.02}, {1.04, 1.0}, {2.0, 2.0}, {1.0, 1.1}, {1.0, 4.0}})),
      findings);
  ASSERT_EQ(noise.size(), 1U);
  EXPECT_EQ(noise[0].times, 4);
  EXPECT_NEAR(noise[0].median, 0.03, 1e-12);
  EXPECT_NEAR(noise[0].largest, 0.1, 1e-12);
  EXPECT_EQ(noise[0].apart, 1);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].rule, "repeat.apart");
  EXPECT_EQ(findings[0].conflicts[0].printed.row, 19);
  EXPECT_EQ(findings[0].conflicts[0].expected.row, 18);
}

TEST(SheetCopyRules, RepeatsThatAreAllTheSameWereNotMeasured) {
  std::vector<SheetFinding> findings;
  const auto noise = noise_of(
      small_sheet("gemm", repeats({{1.0, 1.0}, {2.0, 2.0}, {3.0, 3.0}, {4.0, 4.0}})), findings);
  EXPECT_EQ(noise.at(0).copied, 4);
  EXPECT_EQ(noise.at(0).times, 0);
  EXPECT_EQ(findings.at(0).rule, "repeat.copied");
  findings.clear();
  const auto few =
      noise_of(small_sheet("gemm", repeats({{1.0, 1.0}, {2.0, 2.0}, {3.0, 3.0}})), findings);
  EXPECT_EQ(few.at(0).times, 3);
  EXPECT_TRUE(findings.empty());
}

TEST(SheetCopyRules, ASheetWithoutRepeatsHasNoNoiseFloor) {
  std::vector<SheetFinding> findings;
  EXPECT_TRUE(noise_of(small_sheet("gemm", gemms(3, first_time)), findings).empty());
}

}  // namespace
}  // namespace harness
