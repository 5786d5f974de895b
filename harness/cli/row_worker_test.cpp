#include "harness/cli/row_worker.h"

#include <pty.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>

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

RowEnd end_of(const std::string& body, bool quiet = true) {
  const TemporaryFolder folder;
  WorkerOptions options;
  options.worker = script(folder.path(), body);
  options.quiet = quiet;
  return run_row_worker(options, "train", Json::object(), "row", "iterations");
}

/// What reaches a terminal on standard error meanwhile: there, progress is shown at once.
std::string shown_on_terminal(const std::function<void()>& work) {
  int master = -1;
  int terminal = -1;
  EXPECT_EQ(::openpty(&master, &terminal, nullptr, nullptr, nullptr), 0);
  const int before = ::dup(STDERR_FILENO);
  ::dup2(terminal, STDERR_FILENO);
  work();
  ::dup2(before, STDERR_FILENO);
  ::close(before);
  ::close(terminal);
  std::string shown;
  std::array<char, 4096> block{};
  // Fails once the other end is closed and all is read.
  for (ssize_t got = 1; got > 0; shown.append(block.data(), static_cast<std::size_t>(got))) {
    got = std::max<ssize_t>(::read(master, block.data(), block.size()), 0);
  }
  ::close(master);
  return shown;
}

TEST(RowWorker, AProgramWithoutAWorkerSkipsWhatNeedsOne) {
  const TemporaryFolder folder;
  WorkerOptions options;
  options.worker = folder.path() / "halfproof-worker";
  const RowEnd end = run_row_worker(options, "train", Json::object(), "row", "iterations");
  EXPECT_EQ(end.status, RunStatus::kSkipped);
  EXPECT_EQ(end.reason.find("no worker: "), 0U);
  EXPECT_EQ(end.reason.find(folder.path().string()), std::string::npos) << "a path of the machine";
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

TEST(RowWorker, AWorkerThatDiedHasNotSkipped) {
  const RowEnd end =
      end_of(R"(echo '{"event": "unavailable", "message": "no gpu: x"}'; kill -9 $$)");
  EXPECT_EQ(end.status, RunStatus::kError);
  EXPECT_THAT(end.reason, testing::HasSubstr("signal 9"));
}

TEST(RowWorker, ShowsTheProgressOfATraining) {
  // A line is rewritten after 100 ms at the earliest.
  const std::string body =
      R"(event() { echo '{"event": "progress", "label": "train-fp16-seed0", "done": '$1', )"
      R"("total": 4, "loss": '$2', "scale": 512}'; }; event 1 1.5; sleep 0.2; event 2 null)";
  RowEnd end;
  const std::string shown = shown_on_terminal([&] { end = end_of(body, /*quiet=*/false); });
  EXPECT_EQ(end.status, RunStatus::kOk);
  EXPECT_THAT(shown, testing::ContainsRegex("row train-fp16-seed0: 2/4 iterations, [0-9.]+ "
                                            "iterations/s, 0:0[0-9] left, loss nan, scale 512"));
  EXPECT_EQ(shown_on_terminal([&] { end_of(body, /*quiet=*/true); }), "");
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
