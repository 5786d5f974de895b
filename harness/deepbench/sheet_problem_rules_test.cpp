#include "harness/deepbench/sheet_problem_rules.h"

#include <string>

#include <gtest/gtest.h>

#include "harness/testing/small_sheet.h"

namespace harness {
namespace {

std::vector<ProblemList> lists() {
  const char* text = R"({"schema": "halfproof.deepbench/1", "name": "some_training", "problems": [
    {"id": "a", "op": "gemm", "m": 512, "n": 8, "k": 1536},
    {"id": "b", "op": "gemm", "m": 512, "n": 16, "k": 1024},
    {"id": "c", "op": "gemm", "m": 7860, "n": 1, "k": 2560,
     "source": {"file": "x.h", "line": 7, "commit": "c"}}]})";
  return {{"list.json", problem_suite_from_json(parse_json(text, "list.json"), "list.json")}};
}

std::vector<SheetFinding> found(int m, int n, int k) {
  return find_other_sizes(small_sheet("gemm", gemm_row(9, m, n, k, 1.0, 1.0)), lists());
}

TEST(SheetProblemRules, FindsTheSizeThatDiffers) {
  EXPECT_TRUE(found(512, 8, 1536).empty());
  const auto k = found(512, 8, 1530);
  ASSERT_EQ(k.size(), 1U);
  EXPECT_EQ(k[0].rule, "size");
  EXPECT_EQ(k[0].message, "k is 1530 where the list has 1536");
  const auto m = found(7680, 1, 2560).at(0).conflicts.at(0);
  EXPECT_EQ(m.printed.says, "m 7680");
  EXPECT_EQ(m.printed.row, 9);
  EXPECT_EQ(m.expected.says, "m 7860 (x.h:7)");
  EXPECT_EQ(m.expected.file, "list.json");
  EXPECT_EQ(m.expected.column, "c");
}

TEST(SheetProblemRules, TakesTheNearestOfSeveral) {
  // k is 1.5 times that of b, n twice that of a.
  const auto near = found(512, 16, 1536);
  ASSERT_EQ(near.size(), 1U);
  EXPECT_EQ(near[0].message, "k is 1536 where the list has 1024");
}

TEST(SheetProblemRules, WhatDiffersInTwoSizesOrTooMuchIsNotListed) {
  EXPECT_EQ(found(512, 9, 1530).at(0).rule, "unlisted");
  EXPECT_EQ(found(512, 8, 100).at(0).rule, "unlisted");
}

TEST(SheetProblemRules, NeedsAListOfTheSheetsSet) {
  ResultSheet sheet = small_sheet("gemm", gemm_row(9, 1, 1, 1, 1.0, 1.0));
  EXPECT_TRUE(has_list(sheet, lists()));
  EXPECT_FALSE(find_other_sizes(sheet, lists()).empty());
  sheet.set = "inference_device";
  EXPECT_FALSE(has_list(sheet, lists()));
  EXPECT_TRUE(find_other_sizes(sheet, lists()).empty());
  sheet.set = "";
  EXPECT_FALSE(find_other_sizes(sheet, lists()).empty());
}

TEST(SheetProblemRules, PutsRowsWithOneDifferenceTogether) {
  const std::string rows = gemm_row(9, 512, 8, 1530, 1.0, 1.0) + "," +
                           gemm_row(10, 512, 8, 1530, 1.0, 1.0) + "," +
                           gemm_row(11, 512, 8, 1531, 1.0, 1.0);
  const auto all = find_other_sizes(small_sheet("gemm", rows), lists());
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].conflicts.size(), 2U);
}

}  // namespace
}  // namespace harness
