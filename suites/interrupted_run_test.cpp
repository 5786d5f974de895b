// Ends a run in the middle, with kill -9 and with Ctrl-C, and lets the same command finish it.

#include <chrono>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/testing/child_process.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using std::chrono::milliseconds;

/// Starts the main job on two rows.
pid_t start(const fs::path& out) {
  return start_halfproof({"run", "suites/minizoo.json", "--row", "fcn", "--row", "deeplabv3plus",
                          "--out", out.string()});
}

TEST(InterruptedRun, TheSameCommandFinishesWhatKillNineLeft) {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "run";
  int ended_by_kill = 0;
  for (const int delay : {300, 900, 1500, 2100, 2700}) {
    const pid_t child = start(out);
    std::this_thread::sleep_for(milliseconds(delay));
    ::kill(child, SIGKILL);
    ended_by_kill += WIFSIGNALED(wait_for(child)) ? 1 : 0;
    expect_nothing_half_written(out);
  }
  EXPECT_GT(ended_by_kill, 0) << "the run was never interrupted";
  EXPECT_TRUE(ended_with(wait_for(start(out)), 0));
  EXPECT_EQ(read_json_file(out / "verdicts.json").at("exit"), 0);
}

TEST(InterruptedRun, CtrlCLeavesNoWorkerBehindAndTheSameCommandFinishes) {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "run";
  const pid_t child = start(out);
  std::this_thread::sleep_for(milliseconds(1200));
  ::kill(-child, SIGINT);
  EXPECT_TRUE(ended_with(wait_for(child), 130));
  expect_nothing_half_written(out);
  EXPECT_TRUE(ended_with(wait_for(start(out)), 0));
}

TEST(InterruptedRun, AFinishedRunIsNotComputedAgain) {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "run";
  ASSERT_EQ(wait_for(start(out)), 0);
  const fs::path result = out / "fcn_r50w8-d8_64x128_600_fp16_scenes" / "evaluate-fp16.json";
  const auto written = fs::last_write_time(result);
  ASSERT_EQ(wait_for(start(out)), 0);
  EXPECT_EQ(fs::last_write_time(result), written);
}

}  // namespace
}  // namespace harness
