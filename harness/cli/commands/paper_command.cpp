#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/file.h"
#include "harness/base/number_text.h"
#include "harness/base/sha256.h"
#include "harness/base/system/machine.h"
#include "harness/base/text.h"
#include "harness/cli/command.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/options.h"
#include "harness/cli/run_directory.h"
#include "harness/cli/stages/paper_stage.h"
#include "harness/cli/verdict_output.h"
#include "harness/cli/worker_versions.h"
#include "harness/judge/paper_run.h"
#include "harness/record/experiment.h"
#include "harness/record/paper_job_record.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

struct PaperArguments {
  fs::path suite = "suites/minizoo.json";
  std::vector<std::string> rows;
  std::vector<std::string> experiments;
  fs::path data;
  fs::path out;
  fs::path cache;
  fs::path lock;
  std::optional<std::int64_t> seed;  ///< 0 where experiments are run.
  std::int64_t threads = 0;
  bool offline = false;
  bool stored = false;
  VerdictOutput output;
  std::int64_t timeout_s = kWorkerTimeoutSeconds;
};

PaperOptions paper_options(const PaperArguments& options, const fs::path& folder) {
  PaperOptions paper;
  for (const auto& name : paper_experiments()) {
    const bool is_asked = options.experiments.empty() || contains(options.experiments, name);
    if (is_asked) paper.experiments.push_back(name);
  }
  paper.folder = folder;
  paper.data = options.data;
  paper.worker = program_folder() / "halfproof-worker";
  paper.seed = options.seed.value_or(0);
  paper.threads = options.threads > 0 ? options.threads : default_threads();
  paper.argv = program_arguments();
  paper.quiet = options.output.json;
  paper.timeout_s = options.timeout_s;
  return paper;
}

PaperJobRecord job_record(const Suite& suite, const PaperArguments& options,
                          const std::vector<const Row*>& rows, const PaperOptions& paper) {
  PaperJobRecord job;
  start_job(job, suite, options.suite, rows, paper.argv);
  job.seeds = {paper.seed};
  job.experiments = paper.experiments;
  job.threads = paper.threads;
  for (const Row* row : rows) {
    job.rows_as_run[row->id] = sha256_hex(what_was_run(suite, *row).dump());
  }
  job.asked = experiments_of(job);
  return job;
}

void measure(const Suite& suite, const PaperArguments& options, const std::vector<const Row*>& rows,
             const PaperOptions& paper) {
  PaperJobRecord job = job_record(suite, options, rows, paper);
  begin_paper_job(paper.folder, job);
  const StoreOptions store = store_options(suite, options.cache, options.lock, options.offline);
  for (const Row* row : rows) {
    if (interrupted()) return;
    measure_paper_row(suite, *row, examine_row(suite, *row, store), store, paper, job);
  }
}

/// What is named on the command line of what is stored.
PaperSelection selection_of(const Suite& suite, const PaperArguments& options) {
  PaperSelection selection;
  for (const auto& text : options.rows) selection.rows.push_back(select_row(suite, text).id);
  selection.experiments = options.experiments;
  if (options.seed) selection.seeds = {*options.seed};
  return selection;
}

int judge(const Suite& suite, const PaperArguments& options, const fs::path& folder) {
  const StoredPaper stored = read_paper(folder);
  const JudgedRun judged = judge_paper(stored, suite, selection_of(suite, options));
  draw_plots(folder, stored.experiments);
  // Verdicts on a part would replace those on all.
  if (judged.verdicts.size() == judge_paper(stored, suite).verdicts.size()) {
    write_json_file(folder / "verdicts.json", verdicts_document(suite.name, judged));
  }
  show_run(suite, judged, options.output);
  return exit_code(judged);
}

int paper(const PaperArguments& options) {
  const Suite suite = read_suite(options.suite);
  const auto rows = select_rows(suite, options.rows);
  const fs::path out = options.out.empty() ? fs::path("runs") / suite.name : options.out;
  const PaperOptions paper = paper_options(options, out / "paper");
  // Before anything is created: throws where nothing is stored.
  if (options.stored) read_paper_job(paper.folder);
  const RunDirectory directory(out, suite);
  require_places(options.output);
  if (!options.stored) {
    catch_interrupts();
    require_same_build(paper);
    measure(suite, options, rows, paper);
    if (interrupted()) {
      std::fprintf(stderr, "halfproof: interrupted; nothing was judged\n");
      return kInterruptedExit;
    }
  }
  return judge(suite, options, paper.folder);
}

void add_paper_options(CLI::App& command, PaperArguments& options) {
  add_positional(command, "SUITE", options.suite, "The suite (default: suites/minizoo.json)")
      ->required(false);
  add_list(command, "--experiment", options.experiments, "NAME",
           "Only these: " + enumeration(paper_experiments()))
      ->check(CLI::IsMember(paper_experiments()));
  add_value(command, "--seed", options.seed, "N",
            "Seed of new heads, of the order and of the pipeline (default: 0)")
      ->check(whole_number("", 0));
  command.add_flag(
      "--stored", options.stored,
      "Judge what DIR/paper was asked for, or of it what is named here; measure nothing");
  add_job_options(command, options);
  add_verdict_output(command, options.output);
  add_footer(command, "halfproof paper suites/minizoo.json --row fcn --out runs/paper",
             kJudgedExits);
}

}  // namespace

void add_paper_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<PaperArguments>();
  auto* command = program.add_subcommand(
      "paper", "What the Mixed Precision Training paper says, shown on rows of a suite");
  add_paper_options(*command, *options);
  command->callback([options, &exit_code] { exit_code = paper(*options); });
}

}  // namespace harness
