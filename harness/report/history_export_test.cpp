#include "harness/report/history_export.h"

#include <gtest/gtest.h>

#include "harness/testing/history_runs.h"

namespace harness {
namespace {

TEST(HistoryExport, CsvHasALineForEachVerdict) {
  HistoryRun run = run_of_night(0, {{"fps", 30.5}, {"hash", 0.0}});
  run.header.id = 7;
  run.header.dirty = true;
  run.verdicts[1].record.published = "2eb5a165";
  run.verdicts[1].record.measured = Json(nullptr);
  run.verdicts[1].record.reason = "a \"b\", c";
  const std::string run_cells =
      "7,2026-01-01T01:00:00Z,zoo,5017e," + std::string(40, '0') + ",1,NVIDIA H200,fcn,";
  EXPECT_EQ(history_csv({run}),
            "run,started,suite,suite_digest,commit,dirty,hardware,row,claim,evidence,precision,"
            "published,measured,unit,verdict,reason\r\n" +
                run_cells + "fps,evaluated,fp16,30.5,30.5,fps,PASS,as published\r\n" + run_cells +
                "hash,evaluated,fp16,2eb5a165,,fps,PASS,\"a \"\"b\"\", c\"\r\n");
}

TEST(HistoryExport, JsonHasPartsAndFailuresToo) {
  HistoryRun run = run_of_night(0, {{"fps", 30.5}});
  run.failed = {{"fcn", "speed in fp16", "killed"}};
  const Json document = history_json({run});
  EXPECT_EQ(document.at("schema"), "halfproof.history/1");
  const Json& one = document.at("runs").at(0);
  EXPECT_EQ(one.at("parts").at("driver"), "580.65.06");
  EXPECT_EQ(one.at("verdicts").at(0).at("measured"), 30.5);
  EXPECT_EQ(one.at("failed").at(0).at("reason"), "killed");
}

}  // namespace
}  // namespace harness
