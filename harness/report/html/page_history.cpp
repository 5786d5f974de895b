#include "harness/report/html/page_history.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/number_text.h"
#include "harness/base/sha256.h"
#include "harness/history/changes.h"
#include "harness/history/time_line.h"
#include "harness/report/html/page_claims.h"
#include "harness/report/html/script_json.h"

namespace harness {
namespace {

constexpr std::size_t kPageCommit = 8;
constexpr int kPageDigits = 6;  ///< Significant ones, of a measurement.

RunHeader find_run(const ReportInput& input) {
  const std::string digest = sha256_hex(read_file(input.folder / "run.json"));
  const auto runs = input.history->runs();
  const auto found = std::ranges::find(runs, digest, &RunHeader::digest);
  if (found != runs.end()) return *found;
  throw Error(ErrorCode::kUsage, input.folder.string(),
              fmt::format("expected a run that the history has, found none with this run.json; "
                          "`halfproof history add {}` adds it",
                          input.folder.string()));
}

PageChanges page_changes(const History& history, const RunHeader& run) {
  const auto before = run_before(history, run);
  if (!before) return {"This is the first run of its command in the history.", true, {}};
  const Changes changes = changes_between(history, before->id, run.id);
  PageChanges page{page_text(changes_sentence(changes)), is_quiet(changes),
                   changes_sections(changes, {})};
  for (auto& section : page.sections) {
    for (auto& line : section.lines) line = page_text(line);
  }
  return page;
}

std::string measured_text(const Json& measured) {
  if (measured.is_number()) return short_text(measured.get<double>(), kPageDigits);
  return measured.is_string() ? page_text(measured.get<std::string>()) : "-";
}

/// Makes the time lines of one run, and the list of the runs that they name.
class TimeLines {
 public:
  TimeLines(const History& history, RunHeader run, PageData& page)
      : history_(history), run_(std::move(run)), page_(page) {}

  std::optional<PageTimeLine> of(const VerdictRecord& record) {
    ShownTimeLine shown{{run_.suite, run_.hardware, run_.setting, record.row, record.claim,
                         record.evidence, record.precision},
                        {}};
    shown.points = history_.time_line(shown.key);
    std::erase_if(shown.points, [&](const TimePoint& point) {
      return std::tie(point.run.started, point.run.id) > std::tie(run_.started, run_.id);
    });
    if (shown.points.empty()) return std::nullopt;
    return page_line(shown);
  }

 private:
  PageTimeLine page_line(const ShownTimeLine& shown) {
    const TimeLine line = time_line_of(shown.points);
    const std::size_t count = shown.points.size();
    const std::size_t first = count > kPagePoints ? count - kPagePoints : 0;
    const auto& last = shown.points.back().verdict.record;
    const RunHeader& since = shown.points[same_verdict_since(shown.points)].run;
    PageTimeLine page;
    page.left_out = static_cast<std::int64_t>(first);
    page.summary = page_text(fmt::format("{} since run {} of {}. {}", to_string(last.verdict),
                                         since.id, since.started, level_text(shown, line)));
    for (std::size_t i = first; i < count; ++i) page.points.push_back(point(shown, line, i));
    return page;
  }

  PagePoint point(const ShownTimeLine& shown, const TimeLine& line, std::size_t i) {
    const auto& [run, verdict] = shown.points[i];
    const Json& measured = verdict.record.measured;
    PagePoint point;
    point.run = index_of(run);
    point.measured = measured_text(measured);
    if (measured.is_number()) point.value = measured.get<double>();
    point.verdict = verdict.record.verdict;
    point.note = point_note(shown, line, i);
    return point;
  }

  std::int64_t index_of(const RunHeader& run) {
    const auto [there, is_new] = indices_.try_emplace(run.id, std::ssize(page_.runs));
    if (is_new) {
      page_.runs.push_back({run.id, page_text(run.started),
                            page_text(run.commit.substr(0, kPageCommit)) + (run.dirty ? "+" : "")});
    }
    return there->second;
  }

  const History& history_;
  RunHeader run_;
  PageData& page_;
  std::map<std::int64_t, std::int64_t> indices_;  ///< Of runs, by their numbers.
};

}  // namespace

void add_history(const ReportInput& input, PageData& page) {
  if (input.history == nullptr) return;
  const RunHeader run = find_run(input);
  page.changes = page_changes(*input.history, run);
  TimeLines lines(*input.history, run, page);
  std::size_t claim = 0;
  for (const auto& record : input.judged.verdicts) {
    if (row_index(page, record.row) < 0) continue;
    page.claims.at(claim++).time_line = lines.of(record);
  }
}

}  // namespace harness
