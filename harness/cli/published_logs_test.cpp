#include "harness/cli/published_logs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/testing/history_runs.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::IsEmpty;
using testing::SizeIs;

const fs::path kSuite = "suites/minizoo.json";

TEST(PublishedLogs, LieBesideTheSuite) {
  const TemporaryFolder cache;
  const StoredRun run = read_run(kGpuRun);
  const auto logs = published_logs(run, kSuite, cache.path());
  ASSERT_THAT(logs, SizeIs(4));
  EXPECT_NEAR(logs.at(kRowOfGpuRun).last_miou(), 52.05, 0.005);
  EXPECT_THAT(published_logs(run, "", cache.path()), IsEmpty());
}

TEST(PublishedLogs, LieInTheCacheByTheirDigest) {
  const TemporaryFolder cache;
  const StoredRun run = read_run(kGpuRun);
  const auto& row = select_row(run.suite, kRowOfGpuRun);
  const fs::path log = kSuite.parent_path() / row.log;
  const std::string digest = sha256_file(log);
  const fs::path place = cache.path() / digest.substr(0, 2) / digest;
  fs::create_directories(place);
  fs::copy(log, place / log.filename());
  EXPECT_THAT(published_logs(run, "", cache.path()), SizeIs(1));
}

TEST(PublishedLogs, AreNotThoseOfOtherBytes) {
  const TemporaryFolder cache;
  StoredRun run = read_run(kGpuRun);
  for (auto& [row, results] : run.results) {
    for (auto& result : results) {
      if (result.stage != "examine") continue;
      result.measurements["log"]["stored"]["sha256"] = std::string(64, '0');
    }
  }
  EXPECT_THAT(published_logs(run, kSuite, cache.path()), IsEmpty());
}

TEST(PublishedLogs, FindTheSuiteThatTheRunWasStartedWith) {
  JobRecord job;
  job.suite_file = "minizoo.json";
  job.argv = {"halfproof", "run", kSuite.string(), "--out", "minizoo.json"};
  job.suite_digest = sha256_file(kSuite);
  EXPECT_EQ(suite_file_of(job), kSuite);
  job.suite_digest = std::string(64, '0');
  EXPECT_EQ(suite_file_of(job), "");
}

}  // namespace
}  // namespace harness
