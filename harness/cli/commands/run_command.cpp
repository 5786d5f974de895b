#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/system/machine.h"
#include "harness/cli/command.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/options.h"
#include "harness/cli/progress.h"
#include "harness/cli/run_directory.h"
#include "harness/cli/stages/drawn_stage.h"
#include "harness/cli/stages/evaluate_stage.h"
#include "harness/cli/stages/examine_stage.h"
#include "harness/cli/stages/run_plan.h"
#include "harness/cli/stages/suite_audit.h"
#include "harness/cli/stages/train_stage.h"
#include "harness/cli/training_design.h"
#include "harness/cli/verdict_output.h"
#include "harness/cli/worker_versions.h"
#include "harness/history/history.h"
#include "harness/report/audit_page.h"
#include "harness/report/terminal.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

struct RunArguments : RunPlan {
  fs::path out;
  bool any_design = false;
  fs::path history;  ///< Empty: none.
  VerdictOutput output;
};

JobRecord job_record(const Suite& suite, const RunArguments& options,
                     const std::vector<const Row*>& rows) {
  JobRecord job;
  start_job(job, suite, options.suite, rows, options.argv);
  job.stages = options.stages;
  job.precisions = options.precisions;
  job.device = options.device;
  job.seeds = options.seeds;
  for (const Row* row : rows) {
    for (const auto& execution : executions_of(*row, options)) job.ask(execution);
  }
  return job;
}

/// Keys the result by the job's start, so that every job examines the files again: what an earlier
/// job saw in them does not count.
RunResult& keyed(RunResult& result, const Row& row, const std::string& started) {
  result.key = result_key(row, "examine", "", "", {{"started", started}});
  return result;
}

/// Must run before anything is written, run.json included: a refusal leaves everything as it was.
void keep_trainings(const Suite& suite, const RunArguments& options,
                    const std::vector<const Row*>& rows, const RunDirectory& directory) {
  if (!options.asks_for("train")) return;
  const StoreOptions store = store_options(suite, options);
  for (const Row* row : rows) {
    keep_other_trainings(suite, *row, directory, store, train_options(options, "train"));
  }
}

bool is_unreachable(const ExamineRecord& record) {
  const auto lacks = [](const auto& file) {
    return file && file->error && file->error->kind == FileErrorKind::kUnreachable;
  };
  return lacks(record.checkpoint) || lacks(record.log);
}

/// The stages that read the row's published files. has_network: false once a file could not be
/// reached, however often it was tried; then the others are tried once.
void run_file_stages(const Suite& suite, const Row& row, const RunArguments& options,
                     const std::string& started, RunDirectory& directory, bool& has_network) {
  StoreOptions store = store_options(suite, options);
  if (!has_network) store.retries = 0;
  Progress progress(row.id + " fetch", "MB", options.output.json);
  store.progress = [&progress](std::uintmax_t done, std::uintmax_t total) {
    progress.update(done >> 20, total >> 20);
  };
  ExaminedRow examined = examine_row(suite, row, store);
  progress.finish();
  if (interrupted()) return;  // A file that is missing now says nothing about the row.
  has_network = has_network && !is_unreachable(examined.record);
  examined.result.argv = options.argv;
  directory.write_result(keyed(examined.result, row, started));
  directory.ask({{row.id, "examine", "", std::nullopt, examined.result.key}});
  if (options.asks_for("evaluate")) {
    evaluate_row(suite, row, examined, directory, evaluate_options(options));
  }
  for (const char* stage : {"lockstep", "train"}) {
    if (!options.asks_for(stage)) continue;
    train_row(suite, row, examined, directory, store, train_options(options, stage));
  }
}

void run_rows(const Suite& suite, const RunArguments& options, const std::vector<const Row*>& rows,
              const std::string& started, RunDirectory& directory) {
  bool has_network = true;
  for (const Row* row : rows) {
    if (interrupted()) return;
    if (examines_files(options.stages)) {
      run_file_stages(suite, *row, options, started, directory, has_network);
    }
    for (const char* stage : kDrawnStages) {
      if (!options.asks_for(stage) || interrupted()) continue;
      run_drawn_stage(suite, *row, stage, directory, drawn_options(options));
    }
  }
}

/// What the suite's records and the files at hand contradict of the rows that were run: it needs
/// no network, and is no verdict.
void show_audit(const Suite& suite, const std::vector<const Row*>& rows,
                const RunArguments& options, const fs::path& out) {
  StoreOptions store = store_options(suite, options);
  store.offline = true;
  AuditResult result;
  try {
    result = audit_suite(suite, store);
  } catch (const std::exception& error) {
    // The verdicts do not depend on it.
    std::fprintf(stderr, "halfproof: no audit: %s\n", error.what());
    return;
  }
  const auto is_run = [&](const std::string& id) {
    return std::ranges::any_of(rows, [&](const Row* row) { return row->id == id; });
  };
  for (auto& one : result.contradictions) {
    std::erase_if(one.rows, [&](const std::string& id) { return !is_run(id); });
  }
  std::erase_if(result.contradictions, [](const Contradiction& one) { return one.rows.empty(); });
  std::erase_if(result.unseen, [&](const Unseen& one) { return !is_run(one.row); });
  write_json_file(out / "audit.json", to_json(result));
  if (options.output.json) return;
  const std::string command = "halfproof audit " + options.suite.string();
  std::printf("%s", audit_summary(result, command, terminal_style(STDOUT_FILENO)).c_str());
}

/// Throws before anything is run where the history cannot be used.
void require_history(const RunArguments& options) {
  if (!options.history.empty()) History::open_or_create(options.history);
}

void add_to_history(const RunArguments& options, const fs::path& out) {
  if (options.history.empty()) return;
  try {
    History::open_or_create(options.history).add(read_run_to_add(out));
  } catch (const Error& failed) {
    throw Error(failed.code(), failed.subject(),
                fmt::format("{}; the verdicts stand in {}: `halfproof history add` adds them",
                            failed.detail(), out.string()));
  }
}

/// Throws Error(kUsage) for a kernel that the device does not have.
void require_gpu_for(const EvaluationKernels& kernels, const std::string& device) {
  if (device == "cuda" || !(kernels.fused_segmentation || kernels.fused_norm)) return;
  throw Error(ErrorCode::kUsage,
              kernels.fused_segmentation ? "--fused-segmentation" : "--fused-norm",
              fmt::format("expected --device cuda beside it, got {}", device));
}

int run(RunArguments options) {
  require_gpu_for(options.kernels, options.device);
  const Suite suite = read_named_suite(options.suite);
  const auto rows = select_rows(suite, options.rows);
  if (options.stages.empty()) options.stages = default_stages(rows);
  // First of all, because it may refuse the whole job: no folder is created by then.
  if (options.asks_for("train")) {
    require_decidable(rows, train_options(options, "train"), options.any_design);
  }
  const fs::path out = options.out.empty() ? fs::path("runs") / suite.name : options.out;
  RunDirectory directory(out,
                         suite);  // Holds the lock of the directory until the verdicts are out.
  require_places(options.output);
  require_history(options);
  // From here on files are written: Ctrl-C lets the current one be completed.
  catch_interrupts();
  if (options.stages != std::vector<std::string>{"examine"}) {
    require_same_build(worker_options(options));
  }
  keep_trainings(suite, options, rows, directory);
  const JobRecord job = job_record(suite, options, rows);
  // Before the rows: an execution that is asked for but has no result counts as a failure, so that
  // a job that dies half-way cannot pass.
  directory.write_job(job, suite);
  run_rows(suite, options, rows, job.started, directory);
  if (interrupted()) {
    // No verdicts: the rows that were not reached would all fail.
    std::fprintf(stderr, "halfproof: interrupted; the same command finishes %s\n", out.c_str());
    return kInterruptedExit;
  }
  const int code = judge_and_show(out, suite, options.require, options.output);
  if (examines_files(options.stages)) show_audit(suite, rows, options, out);
  add_to_history(options, out);
  return code;
}

void add_training_options(CLI::App& command, RunArguments& options) {
  add_list(command, "--seeds", options.seeds, "N", "Seeds to train with (default: 0)")
      ->check(whole_number("", 0));
  add_value(command, "--iters", options.iterations, "N",
            "Stop a training after so many iterations (a lockstep: 12 by default)")
      ->check(whole_number("iterations", 1));
  command.add_flag("--any-design", options.any_design,
                   "Train seeds that are too few to decide a comparison");
  command.add_flag("--digests", options.digests, "Digest all weights after every training step");
  add_value(command, "--save-seconds", options.save_seconds, "SECONDS",
            "Time between two states a training can be resumed from (default: 20; 300 on a GPU)")
      ->check(any_number("seconds", 0));
  command.add_flag("--restart", options.restart,
                   "Start over where a training of another program, data or recipe is found; that "
                   "one is moved to <name>.old-<n>");
}

void add_speed_options(CLI::App& command, SpeedOptions& options) {
  add_value(command, "--layout", options.layout, "LAYOUT",
            "Speed: of tensors in memory, contiguous (the default) or channels-last")
      ->check(CLI::IsMember({"contiguous", "channels-last"}));
  command.add_flag("--cudnn-benchmark", options.cudnn_benchmark,
                   "Speed: let cuDNN choose its algorithms by timing them");
  command.add_flag("--pinned", options.pinned, "Speed: keep images in page-locked memory");
  add_value(command, "--speed-images", options.images, "N",
            "Speed: images of the source's protocol, 5 of them to warm up (default: 200)")
      ->check(whole_number("images", 2));
  add_value(command, "--speed-seconds", options.seconds, "SECONDS",
            "Speed: time of our own protocol for each precision (default: 4)")
      ->check(any_number("seconds", 0));
}

void add_kernel_options(CLI::App& command, EvaluationKernels& kernels) {
  command.add_flag("--fused-segmentation", kernels.fused_segmentation,
                   "Evaluate: resize and argmax in one kernel (with --device cuda)");
  command.add_flag("--fused-norm", kernels.fused_norm,
                   "Evaluate: batch norm, addition and ReLU in one kernel (with --device cuda)");
}

void add_run_options(CLI::App& command, RunArguments& options) {
  add_positional(command, "SUITE", options.suite, "The suite (JSON)");
  add_plan_options(command, options);
  add_training_options(command, options);
  add_speed_options(command, options.speed);
  add_kernel_options(command, options.kernels);
  add_worker_options(command, options);
  add_value(command, "--history", options.history, "FILE",
            "Add the run to this history (`halfproof history`)");
  add_verdict_output(command, options.output);
  add_footer(command, "halfproof run suites/minizoo.json --row fcn --out runs/fcn", kJudgedExits);
}

}  // namespace

void add_run_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<RunArguments>();
  auto* command = program.add_subcommand(
      "run", "The main job: every claim of every row, as far as this machine can take it");
  add_run_options(*command, *options);
  command->callback([options, &exit_code] {
    options->argv = program_arguments();
    options->quiet = options->output.json;
    options->output.suite = options->suite;
    exit_code = run(*options);
  });
}

}  // namespace harness
