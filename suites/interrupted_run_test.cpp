// Ends a run in the middle, with kill -9 and with Ctrl-C, and lets the same command finish it.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/base/json.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using std::chrono::milliseconds;

/// Starts the main job on two rows, silent.
pid_t start(const fs::path& out) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  // A group of its own, so that a signal to it reaches the worker too, as Ctrl-C does.
  ::setpgid(0, 0);
  if (std::freopen("/dev/null", "w", stdout) == nullptr) ::_exit(126);
  if (std::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(126);
  ::execl(HALFPROOF_PROGRAM, "halfproof", "run", "suites/minizoo.json", "--row", "fcn", "--row",
          "deeplabv3plus", "--out", out.c_str(), static_cast<char*>(nullptr));
  ::_exit(127);
}

int wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

/// Every JSON file of a run directory is whole, whatever happened.
void expect_nothing_half_written(const fs::path& out) {
  for (const auto& entry : fs::recursive_directory_iterator(out)) {
    if (entry.path().extension() == ".json") {
      EXPECT_NO_THROW(read_json_file(entry.path())) << entry.path();
    }
  }
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
    if (fs::exists(out)) expect_nothing_half_written(out);
  }
  EXPECT_GT(ended_by_kill, 0) << "the run was never interrupted";
  const int status = wait_for(start(out));
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(read_json_file(out / "verdicts.json").at("exit"), 0);
}

TEST(InterruptedRun, CtrlCLeavesNoWorkerBehindAndTheSameCommandFinishes) {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "run";
  const pid_t child = start(out);
  std::this_thread::sleep_for(milliseconds(1200));
  ::kill(-child, SIGINT);
  const int status = wait_for(child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  expect_nothing_half_written(out);
  const int second = wait_for(start(out));
  ASSERT_TRUE(WIFEXITED(second));
  EXPECT_EQ(WEXITSTATUS(second), 0);
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
