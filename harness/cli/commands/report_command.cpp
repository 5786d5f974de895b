#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/number_text.h"
#include "harness/base/output_file.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/published_logs.h"
#include "harness/cli/run_lock.h"
#include "harness/fetch/cache.h"
#include "harness/history/history.h"
#include "harness/judge/judge.h"
#include "harness/report/html/report_page.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

struct ReportArguments {
  fs::path folder;
  fs::path history;
  fs::path suite;
  fs::path cache;
  fs::path output;
  bool json = false;
};

/// "" where the machine has no place for one: then no log lies in it.
fs::path cache_of(const ReportArguments& options) {
  if (!options.cache.empty()) return options.cache;
  try {
    return default_cache_folder();
  } catch (const Error&) {
    return "";
  }
}

ReportInput read_input(const ReportArguments& options) {
  ReportInput input;
  input.folder = options.folder;
  input.run = read_run(options.folder);
  input.suite = options.suite.empty() ? input.run.suite : read_suite(options.suite);
  input.judged = judge_run(input.run, input.suite);
  const fs::path suite_file = options.suite.empty() ? suite_file_of(input.run.job) : options.suite;
  input.published = published_logs(input.run, suite_file, cache_of(options));
  return input;
}

void show_written(const ReportArguments& options, const PageData& page, std::size_t bytes) {
  if (!options.json) {
    std::printf("%s: %s\n%s (%s)\n", options.folder.c_str(), page.sentence.c_str(),
                options.output.c_str(), byte_text(static_cast<double>(bytes)).c_str());
    return;
  }
  const Json document = {{"output", options.output.string()},
                         {"bytes", bytes},
                         {"sentence", page.sentence},
                         {"claims", page.claims.size()},
                         {"charts", page.charts.size()}};
  std::printf("%s\n", document.dump(1, ' ', false, Json::error_handler_t::replace).c_str());
}

int report(const ReportArguments& options) {
  require_output_place(options.output);
  require_no_input(options.output, {options.folder, options.history, options.suite});
  refuse_unfinished_run(options.folder);
  ReportInput input = read_input(options);
  std::optional<History> history;
  if (!options.history.empty()) history.emplace(History::open(options.history));
  input.history = history ? &*history : nullptr;
  const PageData page = page_data(input);
  const std::string html = render_page(page);
  write_output_file(options.output, html);
  show_written(options, page, html.size());
  return 0;
}

}  // namespace

void add_report_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<ReportArguments>();
  auto* command = program.add_subcommand(
      "report", "A run as one HTML page: verdicts, evidence, what changed, and plots");
  add_positional(*command, "DIR", options->folder, "Run directory of `halfproof run`");
  add_value(*command, "-o,--output", options->output, "FILE", "The page (required)")->required();
  add_value(*command, "--history", options->history, "FILE",
            "Also show what changed, and each claim over time, from this history");
  add_value(*command, "--suite", options->suite, "FILE",
            "Judge by this suite instead of the one stored with the run");
  add_value(*command, "--cache", options->cache, "DIR",
            "Cache folder with the published logs, which are drawn beside ours");
  add_json_flag(*command, options->json);
  add_footer(*command, "halfproof report runs/minizoo --history runs/history.sqlite -o report.html",
             "0 the page was written, 2 unusable input or output");
  command->callback([options, &exit_code] { exit_code = report(*options); });
}

}  // namespace harness
