#include "harness/cli/row_worker.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

/// A worker that is a shell script.
fs::path script(const fs::path& folder, const std::string& body) {
  const fs::path path = folder / "worker";
  std::ofstream(path) << "#!/bin/sh\ncat > /dev/null\n" << body << "\n";
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

RowEnd end_of(const std::string& body) {
  const TemporaryFolder folder;
  WorkerOptions options;
  options.worker = script(folder.path(), body);
  options.quiet = true;
  return run_row_worker(options, "train", Json::object(), "row", "iterations");
}

TEST(RowWorker, SaysHowTheWorkEnded) {
  EXPECT_EQ(end_of("exit 0").status, RunStatus::kOk);
  const RowEnd error = end_of(R"(echo '{"event": "error", "message": "a bad file"}'; exit 2)");
  EXPECT_EQ(error.status, RunStatus::kError);
  EXPECT_EQ(error.reason, "worker: a bad file");
  const RowEnd skipped =
      end_of(R"(echo '{"event": "unavailable", "message": "no gpu: x"}'; exit 2)");
  EXPECT_EQ(skipped.status, RunStatus::kSkipped);
  EXPECT_EQ(skipped.reason, "no gpu: x");
  EXPECT_THAT(end_of("kill -9 $$").reason, testing::HasSubstr("signal 9"));
}

TEST(RowWorker, TakesProgressOfATraining) {
  EXPECT_EQ(end_of(R"(echo '{"event": "progress", "label": "train-fp16-seed0", "done": 1, )"
                   R"("total": 2, "loss": null, "scale": 512}')")
                .status,
            RunStatus::kOk);
}

TEST(RowWorker, AResultWithoutARunHasNoMeasurements) {
  const RunResult result = result_without_run("s", {"r", "train", "fp16", 3, "k"},
                                              {RunStatus::kSkipped, "no data: none"}, {});
  EXPECT_EQ(result.status, RunStatus::kSkipped);
  EXPECT_EQ(result.stage, "train");
  EXPECT_EQ(result.seed, 3);
  EXPECT_EQ(result.key, "k");
  EXPECT_TRUE(result.measurements.empty());
}

TEST(RowWorker, TheDataSetIsTheSuitesUnlessAnotherIsAskedFor) {
  Suite suite;
  EXPECT_EQ(data_root(suite, ""), "");
  suite.folder = "/suites";
  suite.data.root = "../data";
  EXPECT_EQ(data_root(suite, ""), "/data");
  EXPECT_EQ(data_root(suite, "/other"), "/other");
}

}  // namespace
}  // namespace harness
