#include "harness/report/html/page_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/report/html/page_claims.h"
#include "harness/testing/history_runs.h"
#include "harness/testing/report_runs.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

class PageHistory : public testing::Test {
 protected:
  PageHistory() { input_.history = &history_; }

  /// Adds the run as that of another night, with another fps.
  void add(int night, double fps, const std::string& driver = "580.65.06") {
    HistoryRun run = run_;
    run.header.digest = "night " + std::to_string(night);
    run.header.started = night_text(night);
    for (auto& [name, value] : run.parts) {
      if (name == "driver") value = driver;
    }
    for (auto& [record, source] : run.verdicts) {
      source = run.header.digest;
      if (record.claim == "fps") record.measured = fps;
    }
    history_.add(run);
  }
  PageData page() const {
    PageData page;
    add_rows(input_, page);
    add_results(input_, page);
    add_claims(input_, page);
    add_history(input_, page);
    return page;
  }
  static const PageTimeLine& line(const PageData& page, const std::string& id) {
    for (const auto& one : page.claims) {
      if (one.claim == id && one.time_line) return *one.time_line;
    }
    throw std::runtime_error("no time line of " + id);
  }

  TemporaryFolder folder_;
  ReportInput input_ = report_input(kGpuRun);
  HistoryRun run_ = read_run_to_add(kGpuRun);
  History history_ = History::open_or_create(folder_.path() / "history.sqlite");
};

TEST_F(PageHistory, TellsWhatChangedSinceTheRunBefore) {
  add(1, 200.0);
  add(2, 200.0, "1.0");
  history_.add(run_);
  const PageData all = page();
  ASSERT_TRUE(all.changes);
  EXPECT_FALSE(all.changes->quiet);
  EXPECT_THAT(all.changes->sentence, HasSubstr("run 3 since run 2"));
  ASSERT_THAT(all.changes->sections, SizeIs(1));
  EXPECT_EQ(all.changes->sections[0].heading, "moved");
  EXPECT_THAT(all.changes->sections[0].lines.at(0), StartsWith("driver: 1.0 -> 580."));
}

TEST_F(PageHistory, HasATimeLineOfEachClaimUpToTheRun) {
  add(1, 200.0);
  history_.add(run_);
  run_.header.started = "2027-01-01T00:00:00Z";
  add(700, 100.0);  // In 2028: after the run, which it says nothing of.
  const PageData all = page();
  const PageTimeLine& fps = line(all, "fps");
  ASSERT_THAT(fps.points, SizeIs(2));
  EXPECT_EQ(fps.points[0].value, 200.0);
  EXPECT_EQ(fps.points[0].measured, "200");
  EXPECT_EQ(all.runs.at(static_cast<std::size_t>(fps.points[1].run)).id, 2);
  EXPECT_THAT(fps.summary, HasSubstr("NOT_VERIFIABLE since run 1"));
  EXPECT_EQ(line(all, "hash").points.at(0).measured, "2eb5a165");
}

TEST_F(PageHistory, KeepsTheNewestOfManyRuns) {
  std::erase_if(run_.verdicts, [](const StoredVerdict& verdict) {
    return verdict.record.claim != "fps" || verdict.record.row != kRowOfGpuRun;
  });
  for (int night = 1; night <= static_cast<int>(kPagePoints) + 4; ++night) add(night, night);
  history_.add(run_);
  const PageTimeLine fps = line(page(), "fps");
  EXPECT_THAT(fps.points, SizeIs(kPagePoints));
  EXPECT_EQ(fps.left_out, 5);
  EXPECT_EQ(fps.points.front().value, 6.0);
}

TEST_F(PageHistory, RefusesAHistoryThatDoesNotHaveTheRun) {
  add(1, 200.0);
  try {
    page();
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_THAT(error.detail(), HasSubstr("history add"));
  }
}

TEST_F(PageHistory, CallsAFirstRunSo) {
  history_.add(run_);
  EXPECT_THAT(page().changes->sentence, HasSubstr("first run of its command"));
}

}  // namespace
}  // namespace harness
