#include "harness/history/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/history/schema.h"
#include "harness/testing/history_runs.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

class HistoryFile : public testing::Test {
 protected:
  TemporaryFolder folder_;
  fs::path file_ = folder_.path() / "history.sqlite";
  History history_ = History::open_or_create(file_);
};

TEST_F(HistoryFile, ReturnsARunAsItWasAdded) {
  const HistoryRun run = read_run_to_add(kGpuRun);
  EXPECT_EQ(history_.add(run), History::Added::kNew);
  const HistoryRun stored = History::open(file_).run(1);
  EXPECT_EQ(stored.parts, run.parts);
  ASSERT_EQ(stored.verdicts.size(), run.verdicts.size());
  for (std::size_t i = 0; i < run.verdicts.size(); ++i) {
    EXPECT_EQ(to_json(stored.verdicts[i].record), to_json(run.verdicts[i].record));
    EXPECT_EQ(stored.verdicts[i].source, run.verdicts[i].source);
  }
  EXPECT_EQ(stored.header.digest, run.header.digest);
  EXPECT_EQ(stored.header.started, run.header.started);
  EXPECT_EQ(stored.header.suite_digest, run.header.suite_digest);
  EXPECT_EQ(stored.header.commit, run.header.commit);
  EXPECT_EQ(stored.header.dirty, run.header.dirty);
  EXPECT_EQ(stored.header.hardware, run.header.hardware);
  EXPECT_EQ(stored.header.exit_code, run.header.exit_code);
  EXPECT_EQ(stored.header.command, run.header.command);
  EXPECT_EQ(stored.header.stages, run.header.stages);
  EXPECT_EQ(stored.header.setting, run.header.setting);
}

TEST_F(HistoryFile, KeepsWhatFailed) {
  HistoryRun run = run_of_night(0, {});
  run.failed = {{"fcn", "evaluate in fp32", "the worker was killed"}};
  history_.add(run);
  ASSERT_EQ(history_.run(1).failed.size(), 1U);
  EXPECT_EQ(history_.run(1).failed[0].reason, "the worker was killed");
}

TEST_F(HistoryFile, TheSameRunAgainChangesNothing) {
  const HistoryRun run = run_of_night(0, {{"fps", 30.0}});
  history_.add(run);
  EXPECT_EQ(history_.add(run), History::Added::kAlreadyThere);
  EXPECT_EQ(history_.runs().size(), 1U);
  EXPECT_EQ(history_.run(1).verdicts.size(), 1U);
}

TEST_F(HistoryFile, ARunThatWasJudgedAgainIsReplacedOnlyIfAsked) {
  HistoryRun run = run_of_night(0, {{"fps", 30.0}, {"memory", 5.0}});
  history_.add(run);
  run.header.verdicts_digest = "other verdicts";
  run.header.exit_code = 1;
  run.verdicts.pop_back();
  run.verdicts[0].record.verdict = Verdict::kFail;
  EXPECT_THROW(history_.add(run), Error);
  EXPECT_EQ(history_.run(1).verdicts[0].record.verdict, Verdict::kPass);
  EXPECT_EQ(history_.add(run, true), History::Added::kReplaced);
  const HistoryRun stored = history_.run(1);
  ASSERT_EQ(stored.verdicts.size(), 1U);
  EXPECT_EQ(stored.verdicts[0].record.verdict, Verdict::kFail);
  EXPECT_EQ(stored.header.exit_code, 1);
  EXPECT_EQ(stored.header.verdicts_digest, "other verdicts");
}

TEST_F(HistoryFile, ListsRunsByTheirStart) {
  for (const int night : {3, 1, 2}) history_.add(run_of_night(night, {}));
  std::vector<std::string> started;
  for (const auto& run : history_.runs()) started.push_back(run.started);
  EXPECT_THAT(started, testing::ElementsAre(night_text(1), night_text(2), night_text(3)));
}

TEST_F(HistoryFile, ATimeLineIsOfOneClaimOnOneHardware) {
  for (const int night : {2, 0, 1}) {
    history_.add(run_of_night(night, {{"fps", 30.0 + night}, {"memory", 5.0}}));
  }
  HistoryRun elsewhere = run_of_night(3, {{"fps", 99.0}});
  elsewhere.header.hardware = "Tesla V100";
  history_.add(elsewhere);
  HistoryRun otherwise = run_of_night(4, {{"fps", 77.0}});
  otherwise.header.setting = "--layout channels-last";
  history_.add(otherwise);
  EXPECT_EQ(history_.claims().size(), 4U);
  std::vector<double> measured;
  for (const auto& point :
       history_.time_line({"zoo", "NVIDIA H200", "", "fcn", "fps", "evaluated", "fp16"})) {
    measured.push_back(point.verdict.record.measured.get<double>());
  }
  EXPECT_THAT(measured, testing::ElementsAre(30.0, 31.0, 32.0));
}

TEST_F(HistoryFile, TextsAreStoredAsTheyAre) {
  HistoryRun run = run_of_night(0, {{"fps", 30.0}});
  run.verdicts[0].record.reason = "'); DROP TABLE run; -- \n\x1b[31m";
  run.verdicts[0].record.measured = {{"text", "\"quoted\""}};
  history_.add(run);
  EXPECT_EQ(to_json(history_.run(1).verdicts[0].record), to_json(run.verdicts[0].record));
}

TEST_F(HistoryFile, ARunThatIsNotThereIsAnError) {
  EXPECT_THROW(history_.run(7), Error);
}

TEST(HistoryVersion1, IsOpenedAndHasWhatItHad) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "history.sqlite";
  fs::copy_file("fixtures/history/version_1.sqlite", file);
  History history = History::open(file);
  ASSERT_EQ(history.runs().size(), 2U);
  const HistoryRun run = history.run(2);
  EXPECT_EQ(run.header.hardware, "NVIDIA H200");
  EXPECT_EQ(part_of(run.parts, "driver"), "580.65.06");
  ASSERT_EQ(run.verdicts.size(), 2U);
  EXPECT_EQ(run.verdicts[0].record.measured, 52.05);
  EXPECT_EQ(run.verdicts[0].source, "");
  EXPECT_EQ(run.verdicts[1].record.verdict, Verdict::kFail);
  EXPECT_EQ(run.failed.size(), 1U);
  EXPECT_EQ(history.add(run_of_night(0, {{"fps", 1.0}})), History::Added::kNew);
  EXPECT_EQ(History::open(file).runs().size(), 3U);
}

}  // namespace
}  // namespace harness
