#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/output_file.h"
#include "harness/base/unicode.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/run_lock.h"
#include "harness/history/changes.h"
#include "harness/history/history.h"
#include "harness/history/time_line.h"
#include "harness/report/history_export.h"
#include "harness/report/history_page.h"
#include "harness/report/svg_chart.h"
#include "harness/report/terminal.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

struct HistoryArguments {
  fs::path file = "runs/history.sqlite";
  bool json = false;
  // add
  std::vector<fs::path> folders;
  bool replace = false;
  // show, plot
  std::int64_t run = 0;
  ClaimKey wanted;  ///< Empty fields fit everything; `row` is a part of the row's id.
  // changes
  std::int64_t from = 0;
  std::int64_t to = 0;
  // export, plot
  std::string format = "csv";
  fs::path output;
};

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_json(const Json& value) {
  print(value.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

TerminalStyle style() {
  return terminal_style(STDOUT_FILENO);
}

const char* text_of(History::Added added) {
  switch (added) {
    case History::Added::kNew:
      return "added";
    case History::Added::kReplaced:
      return "replaced";
    case History::Added::kAlreadyThere:
      break;
  }
  return "already there";
}

int add(const HistoryArguments& options) {
  // All are read before the first is added: of unusable input nothing is kept.
  std::vector<HistoryRun> runs;
  for (const auto& folder : options.folders) {
    refuse_unfinished_run(folder);
    runs.push_back(read_run_to_add(folder));
  }
  History history = History::open_or_create(options.file);
  Json list = Json::array();
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const char* added = text_of(history.add(runs[i], options.replace));
    const std::string folder = options.folders[i].string();
    list.push_back({{"folder", folder}, {"result", added}});
    if (!options.json) print(fmt::format("{}: {}\n", folder, added));
  }
  if (options.json) print_json(list);
  return 0;
}

int list(const HistoryArguments& options) {
  const auto runs = History::open(options.file).runs();
  if (!options.json) {
    print(runs_page(runs, style()));
    return 0;
  }
  Json document = Json::array();
  for (const auto& run : runs) document.push_back(record_to_json(run));
  print_json(document);
  return 0;
}

bool fits(const ClaimKey& key, const ClaimKey& wanted) {
  const auto is = [](const std::string& value, const std::string& asked) {
    return asked.empty() || value == asked;
  };
  return is(key.suite, wanted.suite) && is(key.hardware, wanted.hardware) &&
         is(key.claim, wanted.claim) && is(key.precision, wanted.precision) &&
         key.row.find(wanted.row) != std::string::npos;
}

std::vector<ShownTimeLine> time_lines(const History& history, const HistoryArguments& options) {
  std::vector<ShownTimeLine> lines;
  for (const auto& key : history.claims()) {
    if (fits(key, options.wanted)) lines.push_back({key, history.time_line(key)});
  }
  if (!lines.empty()) return lines;
  throw Error(ErrorCode::kUsage, options.file.string(),
              "expected a claim that fits --suite, --row, --claim, --precision and --hardware, "
              "found none; `halfproof history show` without them shows all");
}

Json json_of(const ShownTimeLine& shown) {
  const TimeLine line = time_line_of(shown.points);
  Json value = record_to_json(shown.key);
  value["noise"] = number_or_null(line.noise.sd);
  value["level"] = number_or_null(line.level);
  value["level_since"] = Json();
  if (!line.values.empty()) {
    value["level_since"] = shown.points[line.places[line.level_since]].run.id;
  }
  value["verdict_since"] = shown.points[same_verdict_since(shown.points)].run.id;
  value["changes"] = Json::array();
  for (const auto& change : line.changes) {
    value["changes"].push_back(
        {{"run", shown.points[line.places[change.at]].run.id}, {"p", number_or_null(change.p)}});
  }
  value["points"] = Json::array();
  for (const auto& [run, verdict] : shown.points) {
    value["points"].push_back({{"run", run.id},
                               {"started", run.started},
                               {"commit", run.commit},
                               {"measured", verdict.record.measured},
                               {"verdict", to_string(verdict.record.verdict)}});
  }
  return value;
}

int show_run(const History& history, const HistoryArguments& options) {
  const HistoryRun run = history.run(options.run);
  if (options.json) {
    print_json(to_json(run));
  } else {
    print(run_page(run, style()));
  }
  return 0;
}

int show(const HistoryArguments& options) {
  const History history = History::open(options.file);
  if (options.run > 0) return show_run(history, options);
  const auto lines = time_lines(history, options);
  if (options.json) {
    Json document = Json::array();
    for (const auto& line : lines) document.push_back(json_of(line));
    print_json(document);
  } else {
    print(lines.size() == 1 ? time_line_page(lines.front(), style())
                            : time_lines_page(lines, style()));
  }
  return 0;
}

std::string first_sentence(const RunHeader& run) {
  return fmt::format("{}: run {} is the first of its command.\n", where_text(run), run.id);
}

std::string missing_sentence(const RunHeader& run) {
  return fmt::format("{}: `{}` was not run; the last time was run {}.\n", where_text(run),
                     printable(run.command), run.id);
}

/// The runs that are compared: those that were named, or the last night.
LastNight compared_runs(const History& history, const HistoryArguments& options) {
  if (options.to == 0) return last_night(history);
  return {{{history.run(options.from).header, history.run(options.to).header}}, {}};
}

int changes(const HistoryArguments& options) {
  const History history = History::open(options.file);
  const LastNight night = compared_runs(history, options);
  Json document = {{"schema", "halfproof.changes/1"},
                   {"runs", Json::array()},
                   {"first", Json::array()},
                   {"missing", Json::array()}};
  std::string page;
  for (const auto& [before, now] : night.pairs) {
    if (!before) {
      document["first"].push_back(record_to_json(now));
      page += first_sentence(now);
      continue;
    }
    const Changes found = changes_between(history, before->id, now.id);
    document["runs"].push_back(to_json(found));
    page += changes_page(found, style());
  }
  for (const auto& run : night.missing) {
    document["missing"].push_back(record_to_json(run));
    page += missing_sentence(run);
  }
  if (options.json) {
    print_json(document);
  } else {
    print(page.empty() ? runs_page({}, style()) : page);
  }
  return 0;
}

void print_or_write(const HistoryArguments& options, const std::string& text) {
  if (options.output.empty()) {
    print(text);
  } else {
    write_output_file(options.output, text);
  }
}

int export_all(const HistoryArguments& options) {
  const History history = History::open(options.file);
  std::vector<HistoryRun> runs;
  for (const auto& run : history.runs()) {
    const bool is_wanted = options.wanted.suite.empty() || run.suite == options.wanted.suite;
    if (is_wanted) runs.push_back(history.run(run.id));
  }
  const bool as_json = options.json || options.format == "json";
  const auto replace = Json::error_handler_t::replace;
  print_or_write(options, as_json ? history_json(runs).dump(1, ' ', false, replace) + "\n"
                                  : history_csv(runs));
  return 0;
}

/// Without a file, sparklines; else an SVG document with a chart of each claim that has numbers.
int plot(const HistoryArguments& options) {
  auto lines = time_lines(History::open(options.file), options);
  std::erase_if(
      lines, [](const ShownTimeLine& line) { return time_line_of(line.points).values.size() < 2; });
  std::vector<Chart> charts;
  Json document = Json::array();
  for (const auto& line : lines) {
    charts.push_back(time_line_chart(line));
    document.push_back(record_to_json(charts.back()));
  }
  if (options.json) {
    print_json(document);
  } else if (options.output.empty()) {
    print(lines.empty() ? "No claim that fits was measured twice.\n"
                        : time_lines_page(lines, style()));
  } else {
    write_output_file(options.output, render_svg("halfproof history", charts));
  }
  return 0;
}

using Work = int (*)(const HistoryArguments&);

CLI::App* add_part(CLI::App& history, const std::shared_ptr<HistoryArguments>& options,
                   int& exit_code, const std::string& name, const std::string& help, Work work) {
  auto* command = history.add_subcommand(name, help);
  add_value(*command, "--history", options->file, "FILE",
            "The history (default: runs/history.sqlite)");
  add_json_flag(*command, options->json);
  command->callback([options, &exit_code, work] { exit_code = work(*options); });
  return command;
}

void add_claim_options(CLI::App& command, ClaimKey& wanted) {
  add_value(command, "--suite", wanted.suite, "NAME", "Only this suite");
  add_value(command, "--row", wanted.row, "ROW", "Only rows with this in their id");
  add_value(command, "--claim", wanted.claim, "CLAIM", "Only this claim");
  add_value(command, "--precision", wanted.precision, "PRECISION", "Only in this arithmetic");
  add_value(command, "--hardware", wanted.hardware, "NAME", "Only on this GPU or processor");
}

void add_reading(CLI::App& history, const std::shared_ptr<HistoryArguments>& options,
                 int& exit_code) {
  add_part(history, options, exit_code, "list", "Every run", list);
  auto* shown = add_part(history, options, exit_code, "show",
                         "Claims over time: level, noise, and since when; or one run", show);
  add_value(*shown, "--run", options->run, "N", "This run instead")->check(whole_number("", 1));
  add_claim_options(*shown, options->wanted);
  auto* changed = add_part(history, options, exit_code, "changes",
                           "What changed since last night, or between two runs", changes);
  auto* from = add_value(*changed, "--from", options->from, "N", "From this run")
                   ->check(whole_number("", 1));
  auto* to =
      add_value(*changed, "--to", options->to, "N", "To this run")->check(whole_number("", 1));
  from->needs(to);
  to->needs(from);
}

void add_writing(CLI::App& history, const std::shared_ptr<HistoryArguments>& options,
                 int& exit_code) {
  auto* added = add_part(history, options, exit_code, "add", "Adds runs that were judged", add);
  add_positional(*added, "DIR", options->folders, "Run directories of `halfproof run`");
  added->add_flag("--replace", options->replace,
                  "Take the verdicts of a run that was judged again since it was added");
  auto* exported =
      add_part(history, options, exit_code, "export", "Every verdict as a table", export_all);
  add_value(*exported, "--format", options->format, "csv|json",
            "CSV (the default), or JSON with all that is known of each run")
      ->check(CLI::IsMember({"csv", "json"}));
  add_value(*exported, "--suite", options->wanted.suite, "NAME", "Only this suite");
  auto* plotted = add_part(history, options, exit_code, "plot",
                           "Measurements over time, as text or as an SVG file", plot);
  add_claim_options(*plotted, options->wanted);
  for (auto* command : {exported, plotted}) {
    add_value(*command, "-o,--output", options->output, "FILE", "Write this file")
        ->check(file_in_a_folder());
  }
}

}  // namespace

void add_history_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<HistoryArguments>();
  auto* history = program.add_subcommand(
      "history", "Runs over time: what changed since last night, and since when a number is so");
  history->require_subcommand(1);
  add_writing(*history, options, exit_code);
  add_reading(*history, options, exit_code);
  add_footer(*history,
             "halfproof history add runs/minizoo\n"
             "  halfproof history changes\n"
             "  halfproof history show --row fcn --claim miou",
             "0 done (changes are told, not judged), 2 unusable input");
}

}  // namespace harness
