#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/number_text.h"
#include "harness/base/system/machine.h"
#include "harness/cli/command.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/options.h"
#include "harness/cli/run_directory.h"
#include "harness/cli/stages/paper_stage.h"
#include "harness/cli/verdict_output.h"
#include "harness/record/experiment.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

constexpr const char* kVerdicts = "verdicts.json";

struct Options {
  fs::path suite = "suites/minizoo.json";
  std::vector<std::string> rows;
  std::vector<std::string> experiments;
  fs::path data;
  fs::path out;
  fs::path cache;
  fs::path lock;
  std::int64_t seed = 0;
  std::int64_t threads = 0;
  bool offline = false;
  bool stored = false;
  VerdictOutput output;
  std::int64_t timeout_s = kWorkerTimeoutSeconds;
};

PaperOptions paper_options(const Options& options, const fs::path& folder) {
  PaperOptions paper;
  paper.experiments = options.experiments.empty() ? paper_experiments() : options.experiments;
  paper.folder = folder;
  paper.data = options.data;
  paper.worker = program_folder() / "halfproof-worker";
  paper.seed = options.seed;
  paper.threads = options.threads;
  paper.argv = program_arguments();
  paper.quiet = options.output.json;
  paper.timeout_s = options.timeout_s;
  return paper;
}

void measure(const Suite& suite, const Options& options, const std::vector<const Row*>& rows,
             const PaperOptions& paper) {
  const StoreOptions store = store_options(suite, options.cache, options.lock, options.offline);
  for (const Row* row : rows) {
    if (interrupted()) return;
    measure_paper_row(suite, *row, examine_row(suite, *row, store), store, paper);
  }
}

/// With --stored, and without names of rows and experiments, judges the documents that exist.
std::vector<VerdictRecord> judge(const Options& options, const std::vector<const Row*>& rows,
                                 const PaperOptions& paper) {
  const bool named = !options.rows.empty() || !options.experiments.empty();
  std::vector<VerdictRecord> verdicts;
  for (const Row* row : rows) {
    for (const auto& name : paper.experiments) {
      const fs::path file = paper.folder / (experiment_file_stem(name, row->id) + ".json");
      if (options.stored && !named && !fs::exists(file)) continue;
      for (auto& verdict : judge_paper_document(paper.folder, name, row->id)) {
        verdicts.push_back(std::move(verdict));
      }
    }
  }
  if (verdicts.empty()) {
    throw Error(ErrorCode::kUsage, paper.folder.string(),
                "expected documents of experiments with the suite's rows, found none; leave out "
                "--stored to make them");
  }
  return verdicts;
}

int paper(const Options& options) {
  const Suite suite = read_suite(options.suite);
  const auto rows = select_rows(suite, options.rows);
  const fs::path out = options.out.empty() ? fs::path("runs") / suite.name : options.out;
  const RunDirectory directory(out, suite);
  const PaperOptions paper = paper_options(options, out / "paper");
  if (!options.stored) {
    catch_interrupts();
    measure(suite, options, rows, paper);
    if (interrupted()) {
      std::fprintf(stderr, "halfproof: interrupted; nothing was judged\n");
      return kInterruptedExit;
    }
  }
  const auto verdicts = judge(options, rows, paper);
  write_json_file(paper.folder / kVerdicts, verdicts_document(suite.name, verdicts));
  show_verdicts(suite, verdicts, options.output);
  return exit_code(verdicts);
}

void add_options(CLI::App& command, Options& options) {
  add_positional(command, "SUITE", options.suite, "The suite (default: suites/minizoo.json)")
      ->required(false);
  add_list(command, "--experiment", options.experiments, "NAME",
           "Only these: " + enumeration(paper_experiments()))
      ->check(CLI::IsMember(paper_experiments()));
  add_value(command, "--seed", options.seed, "N",
            "Seed of new heads, of the order and of the pipeline (default: 0)")
      ->check(CLI::Range(0, 1 << 30));
  command.add_flag("--stored", options.stored, "Judge what is in DIR/paper; measure nothing");
  add_job_options(command, options);
  add_verdict_output(command, options.output);
  add_footer(command, "halfproof paper suites/minizoo.json --row fcn --out runs/paper",
             kJudgedExits);
}

}  // namespace

void add_paper_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = program.add_subcommand(
      "paper", "What the Mixed Precision Training paper says, shown on rows of a suite");
  add_options(*command, *options);
  command->callback([options, &exit_code] { exit_code = paper(*options); });
}

}  // namespace harness
