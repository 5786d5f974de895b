#include "harness/report/history_page.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/number_text.h"
#include "harness/history/time_line.h"
#include "harness/report/summary.h"
#include "harness/report/text_layout.h"
#include "harness/report/text_table.h"

namespace harness {
namespace {

constexpr std::size_t kShortCommit = 8;
constexpr std::size_t kPointsShown = 40;  ///< The last points that a sparkline shows.
constexpr int kMeasurementDigits = 6;     ///< Significant ones, of a measurement.

std::string commit_text(const RunHeader& run) {
  return printable(run.commit.substr(0, kShortCommit)) + (run.dirty ? "+" : "");
}

/// "run 12 of 2026-11-28T01:00:00Z, commit 0123abcd".
std::string run_text(const RunHeader& run) {
  return fmt::format("run {} of {}, commit {}", run.id, printable(run.started), commit_text(run));
}

std::string exit_text(int code) {
  switch (code) {
    case 0:
      return "passed";
    case 1:
      return "failed";
    case 3:
      return "too noisy to say";
    case 77:
      return "nothing judged";
    default:
      return fmt::format("exit code {}", code);
  }
}

std::string number_of(double value) {
  return std::isnan(value) ? "-" : short_text(value, kMeasurementDigits);
}

std::string with_unit(double value, const std::string& unit) {
  return number_of(value) + (unit.empty() ? "" : " " + printable(unit));
}

std::string value_text(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_number()) return number_of(value.get<double>());
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// "fcn miou fp16".
std::string claim_text(const ClaimKey& key) {
  return printable(fmt::format("{} {}{}{}", key.row, key.claim, key.precision.empty() ? "" : " ",
                               key.precision));
}

std::string noise_text(const Noise& noise) {
  if (std::isnan(noise.sd)) return "not known yet";
  return noise.sd == 0.0 ? "repeats exactly" : short_text(noise.sd, 2);
}

std::string sparks_of(const TimeLine& line) {
  const std::size_t shown = std::min(line.values.size(), kPointsShown);
  return sparkline({line.values.end() - static_cast<std::ptrdiff_t>(shown), line.values.end()});
}

/// A heading and its lines; nothing where there are none.
void add_section(std::vector<ChangesSection>& sections, const std::string& heading,
                 std::vector<std::string> lines) {
  if (!lines.empty()) sections.push_back({heading, std::move(lines)});
}

std::string known(const std::string& value) {
  return value.empty() ? "not known" : printable(value);
}

std::vector<std::string> part_lines(const Changes& changes) {
  std::vector<std::string> lines;
  for (const auto& part : changes.parts) {
    lines.push_back(
        fmt::format("{}: {} -> {}", printable(part.name), known(part.before), known(part.now)));
  }
  return lines;
}

std::vector<std::string> flip_lines(const Changes& changes, const TerminalStyle& style) {
  std::vector<std::string> lines;
  for (const auto& flip : changes.flips) {
    const bool is_bad = flip.now == Verdict::kFail || flip.now == Verdict::kXpass;
    const std::string now(to_string(flip.now));
    lines.push_back(fmt::format("{}: {} -> {}", claim_text(flip.claim), to_string(flip.before),
                                is_bad ? painted(now, "1;31", style) : now));
    lines.push_back("  now:    " + printable(flip.reason));
    lines.push_back("  before: " + printable(flip.reason_before));
  }
  return lines;
}

std::vector<std::string> execution_lines(const Changes& changes) {
  std::vector<std::string> lines;
  for (const auto& one : changes.failed) {
    lines.push_back(
        printable(fmt::format("{}, {}: failed: {}", one.row, one.execution, one.reason)));
  }
  for (const auto& one : changes.mended) {
    lines.push_back(printable(fmt::format("{}, {}: no longer fails", one.row, one.execution)));
  }
  return lines;
}

std::vector<std::string> membership_lines(const Changes& changes) {
  std::vector<std::string> lines;
  for (const auto& row : changes.rows_lost) lines.push_back("lost the row " + printable(row));
  for (const auto& key : changes.claims_lost) lines.push_back("lost " + claim_text(key));
  for (const auto& row : changes.rows_gained) lines.push_back("gained the row " + printable(row));
  for (const auto& key : changes.claims_gained) lines.push_back("gained " + claim_text(key));
  return lines;
}

std::string number_line(const MovedNumber& number) {
  const double move = number.now - number.before;
  const std::string share =
      number.before == 0.0 ? "" : fmt::format(" ({:+.3g} %)", 100.0 * move / number.before);
  return fmt::format("{}: {} -> {}{}, noise explains {}", claim_text(number.claim),
                     number_of(number.before), with_unit(number.now, number.unit), share,
                     number_of(number.allowed));
}

std::vector<std::string> number_lines(const std::vector<MovedNumber>& numbers, bool with_since) {
  std::vector<std::string> lines;
  for (const auto& number : numbers) {
    lines.push_back(number_line(number));
    if (with_since) lines.push_back("  since " + run_text(number.since));
  }
  return lines;
}

std::string commits_text(const Changes& changes) {
  const std::string before = commit_text(changes.before);
  const std::string now = commit_text(changes.now);
  return before == now ? "on the same commit" : fmt::format("commit {} -> {}", before, now);
}

/// Numbers whose noise is not known are told in it as well.
std::string quiet_sentence(const Changes& changes) {
  std::string sentence = fmt::format(
      "{}: nothing changed in run {} since {}, {}: {} as before, {} within their noise",
      where_text(changes.now), changes.now.id, run_text(changes.before), commits_text(changes),
      plural(static_cast<std::int64_t>(changes.verdicts), "verdict"),
      plural(static_cast<std::int64_t>(changes.measured - changes.unknown - changes.stayed.size()),
             "number"));
  if (changes.unknown > 0) {
    sentence += fmt::format(", {} whose noise is not known yet", changes.unknown);
  }
  return sentence + ".";
}

std::string since_text(const TimeLine& line, const std::vector<TimePoint>& points) {
  if (line.values.empty()) return "-";
  const RunHeader& run = points[line.places[line.level_since]].run;
  return fmt::format("run {} {}", run.id, commit_text(run));
}

const std::string& unit_of(const ShownTimeLine& shown) {
  return shown.points.back().verdict.record.unit;
}

std::string points_table(const ShownTimeLine& shown, const TimeLine& line, std::size_t width) {
  TextTable table(
      {{"run"}, {"started"}, {"commit"}, {"measured", Align::kRight}, {"verdict"}, {""}});
  for (std::size_t i = 0; i < shown.points.size(); ++i) {
    const auto& [run, verdict] = shown.points[i];
    const std::string note = point_note(shown, line, i);
    table.add({std::to_string(run.id), run.started, commit_text(run),
               value_text(verdict.record.measured), std::string(to_string(verdict.record.verdict)),
               note.empty() ? "" : "<- " + note});
  }
  return table.text(width);
}

}  // namespace

std::string runs_page(const std::vector<RunHeader>& runs, const TerminalStyle& style) {
  if (runs.empty()) return "The history has no runs yet; `halfproof history add DIR` adds one.\n";
  TextTable table(
      {{"run", Align::kRight}, {"started"}, {"suite"}, {"hardware"}, {"commit"}, {"ended"}});
  for (const auto& run : runs) {
    table.add({std::to_string(run.id), run.started, run.suite, run.hardware, commit_text(run),
               exit_text(run.exit_code)});
  }
  return table.text(style.width);
}

std::string run_page(const HistoryRun& run, const TerminalStyle& style) {
  std::string page = fmt::format("{}: {}, {}\n\n", run_text(run.header), where_text(run.header),
                                 exit_text(run.header.exit_code));
  TextTable parts({{"part"}, {"value"}});
  for (const auto& [name, value] : run.parts) parts.add({name, value});
  TextTable verdicts({{"row"},
                      {"claim"},
                      {"arithmetic"},
                      {"measured", Align::kRight},
                      {"verdict"},
                      {"reason", Align::kLeft, Cut::kEnd}});
  std::vector<VerdictRecord> records;
  for (const auto& [record, source] : run.verdicts) {
    verdicts.add({record.row, record.claim, record.precision, value_text(record.measured),
                  std::string(to_string(record.verdict)), record.reason});
    records.push_back(record);
  }
  page += parts.text(style.width) + "\n" + verdicts.text(style.width) + "\n";
  for (const auto& one : run.failed) {
    page += printable(fmt::format("{}, {}: failed: {}", one.row, one.execution, one.reason)) + "\n";
  }
  return page + counts_text(records) + "\n";
}

std::string time_lines_page(const std::vector<ShownTimeLine>& lines, const TerminalStyle& style) {
  std::string page;
  std::string heading;
  TextTable table({{"claim"},
                   {"verdict"},
                   {"since"},
                   {"measured"},
                   {"level", Align::kRight},
                   {"noise", Align::kRight},
                   {"level since"}});
  const auto flush = [&] {
    if (!table.empty()) page += heading + "\n" + table.text(style.width) + "\n";
    table = TextTable({{"claim"},
                       {"verdict"},
                       {"since"},
                       {"measured"},
                       {"level", Align::kRight},
                       {"noise", Align::kRight},
                       {"level since"}});
  };
  for (const auto& shown : lines) {
    const std::string title =
        fmt::format("{}  {}", printable(shown.key.row), where_text(shown.key));
    if (title != heading) flush();
    heading = title;
    const TimeLine line = time_line_of(shown.points);
    const auto& since = shown.points[same_verdict_since(shown.points)].run;
    const bool has_numbers = !line.values.empty();
    table.add({shown.key.claim + (shown.key.precision.empty() ? "" : " " + shown.key.precision),
               std::string(to_string(shown.points.back().verdict.record.verdict)),
               fmt::format("run {}", since.id), sparks_of(line),
               has_numbers ? with_unit(line.level, unit_of(shown)) : "",
               has_numbers ? noise_text(line.noise) : "",
               has_numbers ? since_text(line, shown.points) : ""});
  }
  flush();
  return page;
}

std::string level_text(const ShownTimeLine& shown, const TimeLine& line) {
  if (line.values.empty()) return "Nothing was measured.";
  const RunHeader& since = shown.points[line.places[line.level_since]].run;
  return fmt::format(
      "Level {} since {} ({} measured). Noise of a run (standard deviation): {}.",
      with_unit(line.level, unit_of(shown)), run_text(since),
      plural(static_cast<std::int64_t>(line.values.size() - line.level_since), "point"),
      noise_text(line.noise));
}

std::string point_note(const ShownTimeLine& shown, const TimeLine& line, std::size_t point) {
  const bool is_new_level = std::ranges::any_of(
      line.changes, [&](const ChangePoint& change) { return line.places[change.at] == point; });
  if (is_new_level) return "a new level";
  const bool is_measured = std::ranges::find(line.places, point) != line.places.end();
  const bool is_kept = !is_measured && shown.points[point].verdict.record.measured.is_number();
  return is_kept ? "kept from an earlier run" : "";
}

std::string time_line_page(const ShownTimeLine& shown, const TerminalStyle& style) {
  const TimeLine line = time_line_of(shown.points);
  const auto& newest = shown.points.back().verdict.record;
  const auto& since = shown.points[same_verdict_since(shown.points)].run;
  std::string page = fmt::format("{}, {}\n\n", claim_text(shown.key), where_text(shown.key));
  const std::string sparks = sparks_of(line);
  if (!sparks.empty()) page += fmt::format("  {}\n\n", sparks);
  page += points_table(shown, line, style.width) + "\n";
  page += level_text(shown, line) + "\n";
  return page + fmt::format("{} since {}: {}\n", to_string(newest.verdict), run_text(since),
                            printable(newest.reason));
}

std::vector<ChangesSection> changes_sections(const Changes& changes, const TerminalStyle& style) {
  std::vector<ChangesSection> sections;
  if (!is_quiet(changes)) {
    add_section(sections, "moved", part_lines(changes));
    add_section(sections, "verdicts", flip_lines(changes, style));
    add_section(sections, "runs of a stage", execution_lines(changes));
    add_section(sections, "rows and claims", membership_lines(changes));
    add_section(sections, "numbers beyond their noise", number_lines(changes.numbers, false));
  }
  add_section(sections, "moved in an earlier run, and still there",
              number_lines(changes.stayed, true));
  return sections;
}

std::string changes_sentence(const Changes& changes) {
  if (is_quiet(changes)) return quiet_sentence(changes);
  std::string sentence = fmt::format("{}: run {} since {}", where_text(changes.now), changes.now.id,
                                     run_text(changes.before));
  if (changes.unknown > 0) {
    sentence += fmt::format("; the noise of {} is not known yet",
                            plural(static_cast<std::int64_t>(changes.unknown), "number"));
  }
  return sentence;
}

std::string changes_page(const Changes& changes, const TerminalStyle& style) {
  std::string page = changes_sentence(changes) + "\n";
  for (const auto& [heading, lines] : changes_sections(changes, style)) {
    page += fmt::format("  {}\n", heading);
    for (const auto& line : lines) page += fmt::format("    {}\n", line);
  }
  return page;
}

Chart time_line_chart(const ShownTimeLine& shown) {
  const TimeLine line = time_line_of(shown.points);
  Chart chart;
  chart.title = fmt::format("{} ({})", claim_text(shown.key), where_text(shown.key));
  chart.x.label = "measurement";
  const std::string& unit = unit_of(shown);
  chart.y.label = printable(shown.key.claim + (unit.empty() ? "" : " in " + unit));
  ChartSeries measured{"measured", SeriesKind::kLine, {}};
  for (std::size_t i = 0; i < line.values.size(); ++i) {
    measured.points.emplace_back(static_cast<double>(i + 1), line.values[i]);
  }
  chart.series.push_back(std::move(measured));
  for (const auto& change : line.changes) {
    const RunHeader& run = shown.points[line.places[change.at]].run;
    chart.marks.push_back({true, static_cast<double>(change.at) + 0.5,
                           fmt::format("run {} {}", run.id, commit_text(run))});
  }
  return chart;
}

}  // namespace harness
