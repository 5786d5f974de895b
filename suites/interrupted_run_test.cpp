// Ends a run in the middle, with kill -9 and with Ctrl-C, and lets the same command finish it.

#include <filesystem>

#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/testing/child_process.h"
#include "harness/testing/sign_of_life.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

/// Starts the main job on two rows.
pid_t start(const fs::path& out) {
  return start_halfproof({"run", "suites/minizoo.json", "--row", "fcn", "--row", "deeplabv3plus",
                          "--out", out.string()});
}

/// How many results of rows a run directory holds.
std::size_t results_in(const fs::path& out) {
  std::size_t count = 0;
  std::error_code vanished;
  for (fs::recursive_directory_iterator entry(out, vanished), end; !vanished && entry != end;
       entry.increment(vanished)) {
    if (entry.depth() == 1 && entry->path().extension() == ".json") ++count;
  }
  return count;
}

/// Ends a run as soon as it has left so many results; both rows together leave eight.
int end_after(std::size_t results, const fs::path& out, int signal) {
  const pid_t child = start(out);
  wait_until(child, [&] { return results_in(out) >= results; });
  ::kill(-child, signal);
  return wait_for(child);
}

TEST(InterruptedRun, TheSameCommandFinishesWhatKillNineLeft) {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "run";
  for (const std::size_t results : {0, 1, 2, 3, 5}) {
    const int status = end_after(results, out, SIGKILL);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "after " << results;
    expect_nothing_half_written(out);
  }
  EXPECT_TRUE(ended_with(wait_for(start(out)), 0));
  EXPECT_EQ(read_json_file(out / "verdicts.json").at("exit"), 0);
}

/// The scenes of the first row that are done and kept, in bytes; 0 before the first.
std::uintmax_t kept_scenes(const fs::path& out) {
  std::error_code absent;
  const auto size =
      fs::file_size(out / "fcn_r50w8-d8_64x128_600_fp16_scenes" / "evaluate.journal", absent);
  constexpr std::uintmax_t kHead = 1024;
  return absent || size < kHead ? 0 : size;
}

/// An evaluation of 500 images takes hours on a CPU.
TEST(InterruptedRun, AnEvaluationGoesOnBehindTheImagesThatWereDone) {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "run";
  const pid_t first = start(out);
  wait_until(first, [&] { return kept_scenes(out) > 0; });
  ::kill(-first, SIGKILL);
  wait_for(first);
  const std::uintmax_t kept = kept_scenes(out);
  ASSERT_GT(kept, 0U) << "the evaluation ended before it could be interrupted";
  const pid_t second = start(out);
  bool was_cut = false;
  wait_until(second, [&] {
    const std::uintmax_t now = kept_scenes(out);
    was_cut = was_cut || (now > 0 && now < kept);
    return now > kept || results_in(out) > 2;
  });
  EXPECT_FALSE(was_cut) << "the evaluation began anew";
  EXPECT_TRUE(ended_with(wait_for(second), 0));
  EXPECT_EQ(kept_scenes(out), 0U);
}

TEST(InterruptedRun, CtrlCLeavesNoWorkerBehindAndTheSameCommandFinishes) {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "run";
  SignOfLife life;
  const int status = end_after(2, out, SIGINT);
  EXPECT_TRUE(ended_with(status, 130));
  EXPECT_TRUE(life.ends()) << "a worker goes on living";
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
