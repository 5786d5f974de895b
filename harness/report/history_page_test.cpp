#include "harness/report/history_page.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/history_runs.h"
#include "harness/testing/synthetic_series.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::Not;

const TerminalStyle kPlain{120, false};

Changes changes_of_a_quiet_night() {
  Changes changes;
  changes.before = run_of_night(0, {}).header;
  changes.before.id = 1;
  changes.now = run_of_night(1, {}).header;
  changes.now.id = 2;
  changes.verdicts = 80;
  changes.measured = 12;
  return changes;
}

ClaimKey speed() {
  return {"zoo", "NVIDIA H200", "", "fcn", "fps", "evaluated", "fp16"};
}

/// 20 nights, of which the last 8 are slower.
ShownTimeLine slower_line() {
  ShownTimeLine line{speed(), {}};
  const auto values = SyntheticSeries(5).stepped(20, 12, -10.0);
  for (int night = 0; night < 20; ++night) {
    HistoryRun run = run_of_night(night, {{"fps", 30.0 + values[static_cast<std::size_t>(night)]}});
    run.header.id = night + 1;
    line.points.push_back({run.header, run.verdicts[0]});
  }
  return line;
}

TEST(HistoryPage, AQuietNightIsOneSentence) {
  const std::string page = changes_page(changes_of_a_quiet_night(), kPlain);
  EXPECT_THAT(page, HasSubstr("nothing changed in run 2 since run 1"));
  EXPECT_THAT(page, HasSubstr("80 verdicts as before, 12 numbers within their noise."));
  EXPECT_EQ(std::ranges::count(page, '\n'), 1);
}

TEST(HistoryPage, ChangesStandInTheirOrder) {
  Changes changes = changes_of_a_quiet_night();
  changes.parts = {{"driver", "580", "590"}, {"card", "", "abcd"}};
  changes.flips = {{speed(), Verdict::kPass, Verdict::kFail, "it was", "it is not"}};
  changes.failed = {{"fcn", "speed in fp16", "killed"}};
  changes.rows_lost = {"pspnet"};
  changes.numbers = {{speed(), "fps", 30.0, 28.5, 0.4, changes.now}};
  const std::string page = changes_page(changes, kPlain);
  std::size_t place = 0;
  for (const char* text :
       {"driver: 580 -> 590", "card: not known -> abcd", "fcn fps fp16: PASS -> FAIL", "it is not",
        "it was", "fcn, speed in fp16: failed: killed", "lost the row pspnet",
        "fcn fps fp16: 30 -> 28.5 fps (-5 %), noise explains 0.4"}) {
    const std::size_t found = page.find(text);
    ASSERT_NE(found, page.npos) << text << " in\n" << page;
    EXPECT_GE(found, place) << text;
    place = found;
  }
  EXPECT_THAT(page, Not(HasSubstr("nothing changed")));
}

TEST(HistoryPage, WhatMovedEarlierIsToldWithItsRun) {
  Changes changes = changes_of_a_quiet_night();
  changes.stayed = {{speed(), "fps", 30.0, 28.5, 0.4, changes.before}};
  const std::string page = changes_page(changes, kPlain);
  EXPECT_THAT(page, HasSubstr("nothing changed"));
  EXPECT_THAT(page, HasSubstr("since run 1 of " + night_text(0) + ", commit 00000000"));
}

TEST(HistoryPage, NothingFromAFileControlsTheTerminal) {
  Changes changes = changes_of_a_quiet_night();
  changes.flips = {{speed(), Verdict::kPass, Verdict::kFail, "\x1b[2J", "\x1b[31m"}};
  changes.parts = {{"driver", "\x1b[1m", "\x1b[2m"}};
  EXPECT_THAT(changes_page(changes, kPlain), Not(HasSubstr("\x1b")));
  HistoryRun run = run_of_night(0, {{"fps\x1b[1m", 1.0}});
  run.verdicts[0].record.reason = "\x1b[2J";
  run.header.suite = "\x1b[2J";
  EXPECT_THAT(run_page(run, kPlain), Not(HasSubstr("\x1b")));
  EXPECT_THAT(runs_page({run.header}, kPlain), Not(HasSubstr("\x1b")));
}

TEST(HistoryPage, ATimeLineSaysSinceWhen) {
  const std::string page = time_line_page(slower_line(), kPlain);
  EXPECT_THAT(page, HasSubstr("since run 13 of " + night_text(12)));
  EXPECT_THAT(page, HasSubstr("<- a new level"));
  EXPECT_THAT(page, HasSubstr("PASS since run 1 of"));
}

TEST(HistoryPage, TimeLinesHaveALineEach) {
  ShownTimeLine text = slower_line();
  text.key.claim = "hash";
  for (auto& point : text.points) point.verdict.record.measured = "2eb5a165";
  const std::string page = time_lines_page({slower_line(), text}, kPlain);
  EXPECT_THAT(page, HasSubstr("fcn  zoo on NVIDIA H200"));
  EXPECT_THAT(page, HasSubstr("run 13 00000000"));
  EXPECT_THAT(page, HasSubstr("▇"));
  EXPECT_THAT(page, HasSubstr("  hash"));
}

TEST(HistoryPage, AChartHasItsPointsAndAMarkAtTheChange) {
  const Chart chart = time_line_chart(slower_line());
  ASSERT_EQ(chart.series.size(), 1U);
  EXPECT_EQ(chart.series[0].points.size(), 20U);
  ASSERT_EQ(chart.marks.size(), 1U);
  EXPECT_EQ(chart.marks[0].at, 12.5);
}

TEST(HistoryPage, ARunHasItsPartsAndVerdicts) {
  HistoryRun run = run_of_night(0, {{"fps", 30.5}});
  run.failed = {{"fcn", "speed in fp16", "killed"}};
  const std::string page = run_page(run, kPlain);
  for (const char* text : {"580.65.06", "30.5", "as published", "killed", "1 PASS"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  EXPECT_THAT(runs_page({}, kPlain), HasSubstr("no runs yet"));
}

}  // namespace
}  // namespace harness
