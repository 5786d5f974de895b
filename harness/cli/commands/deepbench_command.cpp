#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/file_lock.h"
#include "harness/base/number_text.h"
#include "harness/base/system/machine.h"
#include "harness/base/text.h"
#include "harness/cli/command.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/options.h"
#include "harness/cli/run_lock.h"
#include "harness/cli/stages/deepbench_stage.h"
#include "harness/cli/worker_versions.h"
#include "harness/deepbench/coverage.h"
#include "harness/deepbench/engine.h"
#include "harness/report/terminal.h"
#include "harness/report/text_table.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

constexpr const char* kSummary = "summary.json";

struct DeepbenchArguments {
  fs::path suite;
  std::vector<std::string> ops;
  std::vector<std::string> precisions = {"fp32", "fp16"};
  std::vector<std::string> problems;
  fs::path out;
  double budget_s = 0.0;
  double seconds = 0.5;
  std::int64_t threads = 0;
  std::int64_t timeout_s = kWorkerTimeoutSeconds;
  bool json = false;
};

std::vector<const Problem*> select_problems(const ProblemSuite& suite,
                                            const DeepbenchArguments& options) {
  std::vector<std::string> named;
  for (const auto& text : options.problems) named.push_back(select_problem(suite, text).id);
  std::vector<const Problem*> selected;
  for (const auto& problem : suite.problems) {
    const bool is_named = named.empty() || contains(named, problem.id);
    const bool is_of_op = options.ops.empty() || contains(options.ops, op_name(problem.work));
    if (is_named && is_of_op) selected.push_back(&problem);
  }
  if (!selected.empty()) return selected;
  throw Error(ErrorCode::kUsage, suite.name,
              fmt::format("expected a problem of {}, got none; leave out --op or --problem",
                          enumeration(options.ops)));
}

DeepbenchOptions stage_options(const DeepbenchArguments& options, const fs::path& folder) {
  DeepbenchOptions stage;
  for (const auto& precision : options.precisions) {
    if (!contains(stage.precisions, precision)) stage.precisions.push_back(precision);
  }
  stage.worker = program_folder() / "halfproof-worker";
  stage.threads = options.threads > 0 ? options.threads : default_threads();
  stage.argv = program_arguments();
  stage.quiet = options.json;
  stage.timeout_s = options.timeout_s;
  stage.folder = folder;
  stage.seconds = options.seconds;
  stage.budget_s = options.budget_s;
  return stage;
}

FileLock lock(const fs::path& folder) {
  fs::create_directories(folder);
  auto held = FileLock::try_on_file(folder / kRunLock);
  if (held) return std::move(*held);
  throw Error(ErrorCode::kUsage, folder.string(),
              "expected a run directory that nobody writes, got one that another halfproof is "
              "using; wait for it or choose another --out");
}

/// Throws Error(kUsage) when the folder holds the records of a suite of another name.
void refuse_another_suite(const fs::path& folder, const ProblemSuite& suite) {
  const fs::path file = folder / "deepbench.json";
  if (!fs::exists(file)) return;
  const auto job = deepbench_job_record_from_json(read_json_file(file), file.string());
  if (job.suite == suite.name) return;
  throw Error(ErrorCode::kUsage, folder.string(),
              fmt::format("expected records of the suite {}, got those of {}; choose another --out",
                          suite.name, job.suite));
}

void begin(const ProblemSuite& suite, const DeepbenchArguments& options,
           const std::vector<const Problem*>& problems, const DeepbenchOptions& stage) {
  DeepbenchJobRecord job;
  job.suite = suite.name;
  job.suite_file = options.suite.filename().string();
  job.suite_digest = suite.digest;
  for (const Problem* problem : problems) job.problems.push_back(problem->id);
  job.precisions = stage.precisions;
  job.device = stage.device;
  job.threads = stage.threads;
  job.argv = stage.argv;
  job.environment = command_environment();
  job.started = utc_now();
  // The summary of an earlier job must not pass for this one's, should it be killed.
  fs::remove(stage.folder / kSummary);
  write_file_atomic(stage.folder / "suite.json", suite.bytes);
  write_json_file(stage.folder / "deepbench.json", to_json(job));
}

std::string time_text(double seconds) {
  if (seconds < 1e-3) return short_text(seconds * 1e6, 3) + " us";
  return seconds < 1.0 ? short_text(seconds * 1e3, 3) + " ms" : short_text(seconds, 3) + " s";
}

void add_kernel(TextTable& table, const DeepbenchRecord& record, const ProductRecord& kernel,
                const std::string& work) {
  std::vector<std::string> cells = {record.problem, work, record.precision, kernel.pass,
                                    std::string(to_string(kernel.check.outcome))};
  if (kernel.timing) {
    const TimingRecord& timing = *kernel.timing;
    const double half = (timing.high_s - timing.low_s) / 2.0 / timing.median_s;
    cells.push_back(time_text(timing.median_s));
    cells.push_back(fmt::format("{:.1f} %", half * 100.0));
    cells.push_back(short_text(timing.flops_per_s * 1e-9, 3));
    cells.push_back(timing.ambiguous ? "AMBIGUOUS: " + timing.reason : "");
  } else {
    cells.insert(cells.end(), {"", "", "", kernel.check.reason});
  }
  table.add(std::move(cells));
}

std::string table_text(const ProblemSuite& suite, const std::vector<DeepbenchRecord>& records) {
  TextTable table({{"problem"},
                   {"work"},
                   {"precision"},
                   {"pass"},
                   {"check"},
                   {"median", Align::kRight},
                   {"+-", Align::kRight},
                   {"GFLOP/s", Align::kRight},
                   {"note", Align::kLeft, Cut::kEnd}});
  for (const auto& record : records) {
    const std::string work = work_text(select_problem(suite, record.problem).work);
    for (const auto& kernel : record.kernels) add_kernel(table, record, kernel, work);
    if (record.status != RunStatus::kError) continue;
    table.add({record.problem, work, record.precision, "", "failed", "", "", "", record.reason});
  }
  return table.empty() ? "" : table.text(terminal_style(STDOUT_FILENO).width) + "\n";
}

int show(const ProblemSuite& suite, const std::vector<DeepbenchRecord>& records,
         const fs::path& folder, bool json) {
  const Json document = coverage_document(suite, records);
  write_json_file(folder / kSummary, document);
  const DeepbenchCoverage coverage = coverage_of(suite, records);
  const std::string text =
      json ? document.dump(2) + "\n" : table_text(suite, records) + coverage_text(suite, coverage);
  std::printf("%s", text.c_str());
  return coverage.exit_code();
}

int deepbench(const DeepbenchArguments& options) {
  const ProblemSuite suite = read_problem_suite(options.suite);
  const auto problems = select_problems(suite, options);
  const fs::path out = options.out.empty() ? fs::path("runs") / suite.name : options.out;
  const DeepbenchOptions stage = stage_options(options, out / "deepbench");
  const FileLock held = lock(out);
  refuse_another_suite(stage.folder, suite);
  catch_interrupts();
  require_same_build(stage);
  begin(suite, options, problems, stage);
  const auto records = run_deepbench(suite, problems, stage);
  if (interrupted()) {
    std::fprintf(stderr, "halfproof: interrupted; the same command goes on\n");
    return kInterruptedExit;
  }
  return show(suite, records, stage.folder, options.json);
}

void add_deepbench_options(CLI::App& command, DeepbenchArguments& options) {
  add_positional(command, "SUITE", options.suite, "The suite, as suites/deepbench_training.json");
  add_list(command, "--op", options.ops, "OP", "Only these: " + enumeration(op_names()))
      ->check(CLI::IsMember(op_names()));
  add_list(command, "--precision", options.precisions, "P",
           "In these (default: fp32,fp16): " + enumeration(deepbench_precisions()))
      ->check(CLI::IsMember(deepbench_precisions()));
  add_list(command, "--problem", options.problems, "ID",
           "Only these problems: an id or any unambiguous part of it");
  add_value(command, "--budget", options.budget_s, "SECONDS",
            "Begin no problem after so many seconds (default: no limit)")
      ->check(any_number("seconds", 0.001));
  add_value(command, "--seconds", options.seconds, "SECONDS",
            "Measure each kernel for so long (default: 0.5)")
      ->check(any_number("seconds", 0.001));
  add_worker_options(command, options);
  add_json_flag(command, options.json, "Print DIR/deepbench/summary.json");
  add_footer(
      command,
      "halfproof deepbench suites/deepbench_training.json --op gemm --budget 600 --out runs/db",
      "0 every kernel that ran is right, 1 one is wrong, mistrusted or failed to run,\n"
      "  2 unusable input, 3 all are right and a time is too noisy to say,\n"
      "  77 nothing could be run, 130 interrupted");
}

}  // namespace

void add_deepbench_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<DeepbenchArguments>();
  auto* command = program.add_subcommand(
      "deepbench", "The kernels under the table: DeepBench's problems, checked before timed");
  add_deepbench_options(*command, *options);
  command->callback([options, &exit_code] { exit_code = deepbench(*options); });
}

}  // namespace harness
