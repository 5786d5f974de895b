#pragma once

#include <string>
#include <vector>

#include "harness/base/unicode.h"
#include "harness/history/changes.h"
#include "harness/history/history.h"
#include "harness/history/time_line.h"
#include "harness/record/chart.h"
#include "harness/report/terminal.h"

namespace harness {

/// One claim's time line, as pages show it.
struct ShownTimeLine {
  ClaimKey key;
  std::vector<TimePoint> points;  ///< One at least.
};

/// "minizoo on NVIDIA H200, with --layout channels-last": of a ClaimKey or a RunHeader.
template <typename Where>
std::string where_text(const Where& where) {
  return printable(where.suite + " on " + where.hardware +
                   (where.setting.empty() ? "" : ", with " + where.setting));
}

/// A line for each run: number, start, suite, hardware, commit, how it ended.
std::string runs_page(const std::vector<RunHeader>& runs, const TerminalStyle& style);

/// One run: its parts and its verdicts with their reasons.
std::string run_page(const HistoryRun& run, const TerminalStyle& style);

/// A line for each claim: its verdict and since when, its measurements as a sparkline, their level
/// and noise, and since when the level is what it is.
std::string time_lines_page(const std::vector<ShownTimeLine>& lines, const TerminalStyle& style);

/// One claim: every run's measurement and verdict, where the level changed, and since when it is
/// what it is, by run and commit.
std::string time_line_page(const ShownTimeLine& line, const TerminalStyle& style);

/// Where the level is, since which run, and how much it varies, in two sentences.
std::string level_text(const ShownTimeLine& shown, const TimeLine& line);

/// "a new level", "kept from an earlier run" or "" of a point of the time line.
std::string point_note(const ShownTimeLine& shown, const TimeLine& line, std::size_t point);

/// Lines under a heading; a line that belongs to the one before it begins with two spaces.
struct ChangesSection {
  std::string heading;
  std::vector<std::string> lines;  ///< One at least.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("heading", self.heading);
    visit("lines", self.lines);
  }
};

/// What is different, in the order of Changes.
std::vector<ChangesSection> changes_sections(const Changes& changes, const TerminalStyle& style);

/// One sentence: that nothing changed, or what was compared.
std::string changes_sentence(const Changes& changes);

/// Both, for a terminal.
std::string changes_page(const Changes& changes, const TerminalStyle& style);

/// The measurements over the runs' numbers in order, and a mark at each change of the level. The
/// x axis counts points: runs are not evenly spaced in time.
Chart time_line_chart(const ShownTimeLine& line);

}  // namespace harness
