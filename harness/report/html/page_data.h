#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/record/fields.h"
#include "harness/record/verdict.h"
#include "harness/report/history_page.h"
#include "harness/report/html/page_chart.h"

namespace harness {

/// What a report page (docs/report.md) shows: records (fields.h) that travel to the page's script
/// as one JSON document. Texts are ready to be shown (page_text()); the script decides nothing but
/// their places. Indices count from 0.

/// Names and values, in order.
using PageFacts = std::vector<std::pair<std::string, std::string>>;

/// A column of the published table, or of what was checked besides.
struct PageColumn {
  std::string name;
  bool printed = false;  ///< The source prints it.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("name", self.name);
    visit("printed", self.printed);
  }
};

struct PageRow {
  std::string id;
  std::string method;
  PageFacts facts;  ///< Where its files were published.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("method", self.method);
    visit("facts", self.facts);
  }
};

/// An execution of the run.
struct PageResult {
  std::int64_t row = 0;
  std::string name;  ///< "evaluate-fp16.json".
  std::string status;
  std::string reason;
  std::string started;
  double elapsed_s = 0.0;
  std::int64_t environment = 0;  ///< Index of PageData::environments.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("row", self.row);
    visit("name", self.name);
    visit("status", self.status);
    visit("reason", self.reason);
    visit("started", self.started);
    visit("elapsed_s", self.elapsed_s);
    visit("environment", self.environment);
  }
};

/// One run of a history.
struct PageRun {
  std::int64_t id = 0;
  std::string started;
  std::string commit;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("started", self.started);
    visit("commit", self.commit);
  }
};

/// A claim in one run of its time line.
struct PagePoint {
  std::int64_t run = 0;  ///< Index of PageData::runs.
  std::string measured;  ///< "-" for nothing.
  double value = kNotMeasured;
  Verdict verdict = Verdict::kFail;
  std::string note;  ///< "a new level", "kept from an earlier run", "".

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("run", self.run);
    visit("measured", self.measured);
    visit("value", self.value);
    visit("verdict", self.verdict);
    visit("note", self.note);
  }
};

struct PageTimeLine {
  std::vector<PagePoint> points;  ///< The last kPagePoints of them.
  std::int64_t left_out = 0;      ///< Earlier ones.
  std::string summary;            ///< Level, noise, and since when.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("points", self.points);
    visit("left_out", self.left_out);
    visit("summary", self.summary);
  }
};

/// The most points that a time line of the page has.
inline constexpr std::size_t kPagePoints = 120;

struct PageClaim {
  std::int64_t row = 0;
  std::int64_t column = 0;
  std::string claim;    ///< Its id.
  std::string checked;  ///< What the value is compared with.
  std::string evidence;
  std::string precision;
  std::string published;
  std::string measured;
  Verdict verdict = Verdict::kFail;
  std::string reason;
  std::string tolerance;  ///< "± 0.055 %"; "" where there is none.
  std::string tolerance_reason;
  std::string source;                 ///< "README.md:13, column mIoU".
  std::string source_url;             ///< http or https, else "".
  PageFacts conditions;               ///< Under which the number was published.
  std::string command;                ///< Measures it again.
  std::string judge;                  ///< Judges it again.
  std::vector<std::int64_t> results;  ///< Indices of PageData::results that it may rest on.
  std::optional<PageTimeLine> time_line;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("row", self.row);
    visit("column", self.column);
    visit("claim", self.claim);
    visit("checked", self.checked);
    visit("evidence", self.evidence);
    visit("precision", self.precision);
    visit("published", self.published);
    visit("measured", self.measured);
    visit("verdict", self.verdict);
    visit("reason", self.reason);
    visit("tolerance", self.tolerance);
    visit("tolerance_reason", self.tolerance_reason);
    visit("source", self.source);
    visit("source_url", self.source_url);
    visit("conditions", self.conditions);
    visit("command", self.command);
    visit("judge", self.judge);
    visit("results", self.results);
    visit("time_line", self.time_line);
  }
};

/// What changed since the run before.
struct PageChanges {
  std::string sentence;
  bool quiet = false;
  std::vector<ChangesSection> sections;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("sentence", self.sentence);
    visit("quiet", self.quiet);
    visit("sections", self.sections);
  }
};

struct PageData {
  std::string suite;
  std::string sentence;  ///< The whole in one sentence.
  int exit = 0;          ///< Of the run.
  PageFacts about;
  std::optional<PageChanges> changes;  ///< Set with a history.
  std::vector<PageColumn> columns;
  std::vector<PageRow> rows;
  std::vector<PageClaim> claims;
  std::vector<PageChart> charts;
  std::vector<PageResult> results;
  std::vector<PageFacts> environments;
  std::vector<PageRun> runs;
  std::vector<std::string> notes;  ///< What else a reader must know.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("suite", self.suite);
    visit("sentence", self.sentence);
    visit("exit", self.exit);
    visit("about", self.about);
    visit("changes", self.changes);
    visit("columns", self.columns);
    visit("rows", self.rows);
    visit("claims", self.claims);
    visit("charts", self.charts);
    visit("results", self.results);
    visit("environments", self.environments);
    visit("runs", self.runs);
    visit("notes", self.notes);
  }
};

}  // namespace harness
