#include "harness/deepbench/sheet_audit.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/small_sheet.h"

namespace harness {
namespace {

using testing::HasSubstr;

std::vector<ResultSheet> fixtures() {
  std::vector<ResultSheet> sheets;
  for (const char* name : {"iphone_6", "server_1080ti", "titanx", "titanx_pascal", "titanxp",
                           "v100_2018-11-02", "v100_2018-11-05", "v100_2019-10-07"}) {
    sheets.push_back(read_result_sheet("fixtures/deepbench/sheets/" + std::string(name) + ".json"));
  }
  return sheets;
}

std::vector<ProblemList> lists() {
  std::vector<ProblemList> all;
  for (const char* set : {"training", "inference_server", "inference_device"}) {
    const std::string file = "suites/deepbench_" + std::string(set) + ".json";
    all.push_back({file, read_problem_suite(file)});
  }
  return all;
}

TEST(SheetAudit, FindsWhatIsWrongWithPublishedRows) {
  const SheetAudit audit = audit_sheets(fixtures(), lists());
  std::map<std::string, std::size_t> places;
  for (const auto& one : audit.findings) places[one.rule] += one.conflicts.size();
  const std::map<std::string, std::size_t> expected{
      {"copied", 78},      {"output", 3},         {"peak", 3}, {"rate", 14}, {"rate_missing", 2},
      {"repeat.apart", 1}, {"repeat.copied", 12}, {"size", 8}, {"total", 5}, {"unlisted", 1}};
  EXPECT_EQ(places, expected);
  EXPECT_EQ(audit.rates.off, 14);
  EXPECT_EQ(audit.rates.far_off, 8);
  EXPECT_EQ(audit.rows, 132);
  EXPECT_EQ(audit.timed_rows, 127);
  EXPECT_TRUE(audit.unseen.empty());
  EXPECT_EQ(exit_code(audit), 1);
}

TEST(SheetAudit, QuotesBothSidesOfEveryConflict) {
  const Json value = to_json(audit_sheets(fixtures(), lists()));
  EXPECT_EQ(value["schema"], "halfproof.sheet-audit/1");
  EXPECT_EQ(value["rules"]["rate"]["places"], 14);
  for (const auto& finding : value["findings"]) {
    for (const auto& conflict : finding["conflicts"]) {
      EXPECT_TRUE(conflict["printed"].contains("row")) << conflict.dump();
      EXPECT_TRUE(conflict["printed"].contains("sheet")) << conflict.dump();
      EXPECT_FALSE(conflict["expected"]["says"].get<std::string>().empty()) << conflict.dump();
      EXPECT_FALSE(conflict["expected"]["file"].get<std::string>().empty()) << conflict.dump();
    }
  }
}

TEST(SheetAudit, PrintsFindingsTheNoiseFloorAndTheCounts) {
  const std::string text = sheet_audit_text(audit_sheets(fixtures(), lists()));
  EXPECT_THAT(text, HasSubstr("because the output size was not rounded"));
  EXPECT_THAT(text, HasSubstr("row 52: k 1530; k 1536 (code/kernels/gemm_problems.h:215) "
                              "(suites/deepbench_inference_server.json, "
                              "gemm.inference_server.048)"));
  EXPECT_THAT(text, HasSubstr("titanxp.json, FP32: 12 repeated times: 2.6 % apart in the median, "
                              "7.4 % at most"));
  EXPECT_THAT(text, HasSubstr("14 do not follow from their times, 8 of them by more than 2 %"));
}

TEST(SheetAudit, SaysWhatItCouldNotLookAt) {
  const ResultSheet sheet =
      small_sheet("gemm", gemm_row(1, 1000, 1000, 1000, 1.0, 2.0), "x.json", "2020", "new board");
  const SheetAudit audit = audit_sheets({sheet}, {});
  EXPECT_EQ(exit_code(audit), 0);
  EXPECT_THAT(audit.unseen, testing::ElementsAre(HasSubstr("--problems"), HasSubstr("new board")));
  EXPECT_THAT(sheet_audit_text(audit), HasSubstr("No finding"));
}

}  // namespace
}  // namespace harness
