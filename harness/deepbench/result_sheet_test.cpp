#include "harness/deepbench/result_sheet.h"

#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/testing/small_sheet.h"

namespace harness {
namespace {

using testing::HasSubstr;

/// Reads `text` with `from` replaced by `to` and gives the error's text.
std::string error_of(std::string text, const std::string& from, const std::string& to) {
  const std::size_t place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  text.replace(place, from.size(), to);
  try {
    result_sheet_from_json(parse_json(text, "x.json"), "x.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string gemm_text() {
  return small_sheet_text("gemm", gemm_row(4, 1760, 16, 1760, 0.5, 0.2));
}

TEST(ResultSheet, ReadsAWorkbookAndItsTables) {
  const ResultSheet sheet = read_result_sheet("fixtures/deepbench/sheets/titanxp.json");
  EXPECT_EQ(sheet.workbook, "results/train/DeepBench_NV_TitanXp.xlsx");
  EXPECT_EQ(sheet.set, "training");
  EXPECT_EQ(sheet.hardware, "NVIDIA GTX TitanXp");
  ASSERT_EQ(sheet.tables.size(), 2U);
  const SheetTable& table = sheet.tables[1];
  EXPECT_EQ(table.op, "convolution");
  EXPECT_EQ(table.arithmetic.multiply, "fp32");
  const SheetRow& row = table.rows.front();
  EXPECT_EQ(row.row, 175);
  const auto& work = std::get<ConvolutionProblem>(row.work);
  EXPECT_EQ(work.w, 700);
  EXPECT_EQ(work.r, 5);
  EXPECT_EQ(work.stride, (std::array<std::int64_t, 2>{2, 2}));
  EXPECT_EQ(row.number("fwd_ms"), 0.131);
  EXPECT_EQ(row.number("no_such"), std::nullopt);
  EXPECT_EQ(row.texts.at("fwd_algo"), "IMPLICIT_PRECOMP_GEMM");
  EXPECT_EQ((*row.output)[0], 340.5);
}

TEST(ResultSheet, WithoutAnAcceleratorTheProcessorIsTheHardware) {
  const ResultSheet sheet = read_result_sheet("fixtures/deepbench/sheets/iphone_6.json");
  EXPECT_EQ(sheet.hardware, "Apple A8 dual core 1.4GHz (ARM v8)");
  EXPECT_FALSE(sheet.tables[1].rows.front().number("fwd_ms"));
}

TEST(ResultSheet, SaysWhereABrokenFileIsBroken) {
  for (const auto& [from, to, expected] :
       {std::tuple{"\"time_ms\": 0.5, ", "", "tables[0].rows[0].time_ms: expected a value"},
        std::tuple{"\"problem\": null", "\"x\": 1, \"problem\": null",
                   "tables[0].rows[0].x: unknown key"},
        std::tuple{", \"problem\": null", "", "tables[0].rows[0].problem: expected a value"},
        std::tuple{"0.5", "\"0.5\"", "rows[0].time_ms: expected a number or null"},
        std::tuple{"0.5", "-0.5", "rows[0].time_ms: expected a number from 0 to 1e15"},
        std::tuple{"\"m\": 1760", "\"m\": 0", "tables[0].rows[0].m"},
        std::tuple{"\"row\": 4", "\"row\": 0", "rows[0].row"},
        std::tuple{"\"op\": \"gemm\"", "\"op\": \"fft\"", "tables[0].op"},
        std::tuple{"\"training\"", "\"train\"", "set"},
        std::tuple{"\"commit\": \"c\", ", "", "source.commit"},
        std::tuple{"\"cuda\": \"10\"", "\"cuda\": 10", "software"},
        std::tuple{"results/1", "results/2", "halfproof.deepbench-results/1"},
        std::tuple{"\"input\": \"fp32\"", "\"input\": 32", "tables[0].precision.input"}}) {
    const std::string error = error_of(gemm_text(), from, to);
    EXPECT_THAT(error, HasSubstr(expected)) << from;
    EXPECT_THAT(error, HasSubstr("x.json")) << from;
  }
}

TEST(ResultSheet, NeedsTablesAndRows) {
  EXPECT_THAT(error_of(small_sheet_text("gemm", ""), "\"gemm\"", "\"gemm\""),
              HasSubstr("tables[0].rows: expected 1 to 100000 entries, got 0"));
}

TEST(ResultSheet, TellsItsFilesFromOthers) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "a.json";
  write_file_atomic(file, gemm_text());
  EXPECT_TRUE(is_result_sheet(file));
  EXPECT_TRUE(is_result_sheet("a.CSV"));
  EXPECT_FALSE(is_result_sheet("suites/deepbench_small.json"));
  EXPECT_FALSE(is_result_sheet("README.md"));
  EXPECT_FALSE(is_result_sheet("no/such.json"));
}

}  // namespace
}  // namespace harness
