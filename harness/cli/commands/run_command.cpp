#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/arithmetic/policy.h"
#include "harness/base/error.h"
#include "harness/base/system/machine.h"
#include "harness/cli/command.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/options.h"
#include "harness/cli/progress.h"
#include "harness/cli/run_directory.h"
#include "harness/cli/stages/drawn_stage.h"
#include "harness/cli/stages/evaluate_stage.h"
#include "harness/cli/stages/examine_stage.h"
#include "harness/cli/stages/train_stage.h"
#include "harness/cli/training_design.h"
#include "harness/cli/verdict_output.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

struct Options {
  fs::path suite;
  std::vector<std::string> rows;
  std::vector<std::string> stages = {"examine", "evaluate"};
  std::vector<std::string> precisions;
  std::string device = "cpu";
  fs::path data;
  fs::path out;
  fs::path cache;
  fs::path lock;
  std::int64_t threads = 0;
  std::vector<std::int64_t> seeds = {0};
  std::int64_t iterations = 0;
  bool digests = false;
  bool any_design = false;
  std::optional<double> save_seconds;
  SpeedOptions speed;
  bool restart = false;
  bool offline = false;
  std::vector<std::string> require;
  VerdictOutput output;
  std::int64_t timeout_s = kWorkerTimeoutSeconds;
  std::vector<std::string> argv;
};

/// In the order in which they are run.
constexpr auto kDrawnStages = std::to_array<const char*>({"memory", "speed"});

bool asked(const Options& options, std::string_view stage) {
  return std::find(options.stages.begin(), options.stages.end(), stage) != options.stages.end();
}

WorkerOptions worker_options(const Options& options) {
  return {options.precisions,  options.device,
          options.data,        program_folder() / "halfproof-worker",
          options.threads,     options.argv,
          options.output.json, options.timeout_s};
}

DrawnOptions drawn_options(const Options& options) {
  return {worker_options(options), options.speed};
}

/// On a GPU, where a step is short and a state large, saving as often would take a tenth of the
/// time.
double save_seconds(const Options& options) {
  constexpr double kOnTheCpu = 20.0;
  constexpr double kOnAGpu = 300.0;
  return options.save_seconds.value_or(options.device == "cuda" ? kOnAGpu : kOnTheCpu);
}

TrainOptions train_options(const Options& options, const char* stage) {
  return {worker_options(options), stage,           options.seeds,
          options.iterations,      options.digests, save_seconds(options),
          options.restart};
}

std::vector<AskedExecution> executions_of(const Row& row, const Options& options) {
  std::vector<AskedExecution> all;
  if (examines_files(options.stages)) all.push_back({row.id, "examine", "", std::nullopt, ""});
  const auto add = [&all](const std::vector<AskedExecution>& more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  if (asked(options, "evaluate")) add(evaluations_of(row, worker_options(options)));
  for (const char* stage : {"lockstep", "train"}) {
    if (asked(options, stage)) add(trainings_of(row, train_options(options, stage)));
  }
  for (const char* stage : kDrawnStages) {
    if (asked(options, stage)) add(drawn_executions_of(row, stage, worker_options(options)));
  }
  return all;
}

JobRecord job_record(const Suite& suite, const Options& options,
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
void keep_trainings(const Suite& suite, const Options& options, const std::vector<const Row*>& rows,
                    const RunDirectory& directory) {
  if (!asked(options, "train")) return;
  const StoreOptions store = store_options(suite, options.cache, options.lock, options.offline);
  for (const Row* row : rows) {
    keep_other_trainings(suite, *row, directory, store, train_options(options, "train"));
  }
}

/// The stages that read the row's published files.
void run_file_stages(const Suite& suite, const Row& row, const Options& options,
                     const std::string& started, RunDirectory& directory) {
  StoreOptions store = store_options(suite, options.cache, options.lock, options.offline);
  Progress progress(row.id + " fetch", "MB", options.output.json);
  store.progress = [&progress](std::uintmax_t done, std::uintmax_t total) {
    progress.update(done >> 20, total >> 20);
  };
  ExaminedRow examined = examine_row(suite, row, store);
  progress.finish();
  if (interrupted()) return;  // A file that is missing now says nothing about the row.
  examined.result.argv = options.argv;
  directory.write_result(keyed(examined.result, row, started));
  directory.ask({{row.id, "examine", "", std::nullopt, examined.result.key}});
  if (asked(options, "evaluate")) {
    evaluate_row(suite, row, examined, directory, worker_options(options));
  }
  for (const char* stage : {"lockstep", "train"}) {
    if (!asked(options, stage)) continue;
    train_row(suite, row, examined, directory, store, train_options(options, stage));
  }
}

void run_rows(const Suite& suite, const Options& options, const std::vector<const Row*>& rows,
              const std::string& started, RunDirectory& directory) {
  for (const Row* row : rows) {
    if (interrupted()) return;
    if (examines_files(options.stages)) {
      run_file_stages(suite, *row, options, started, directory);
    }
    for (const char* stage : kDrawnStages) {
      if (!asked(options, stage) || interrupted()) continue;
      run_drawn_stage(suite, *row, stage, directory, drawn_options(options));
    }
  }
}

int run(const Options& options) {
  const Suite suite = read_suite(options.suite);
  const auto rows = select_rows(suite, options.rows);
  // First of all, because it may refuse the whole job: no folder is created by then.
  if (asked(options, "train")) {
    require_decidable(rows, train_options(options, "train"), options.any_design);
  }
  const fs::path out = options.out.empty() ? fs::path("runs") / suite.name : options.out;
  RunDirectory directory(out,
                         suite);  // Holds the lock of the directory until the verdicts are out.
  // From here on files are written: Ctrl-C lets the current one be completed.
  catch_interrupts();
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
  return judge_and_show(out, suite, options.require, options.output);
}

std::vector<std::string> known_precisions() {
  const auto names = precision_names();
  return {names.begin(), names.end()};
}

void add_training_options(CLI::App& command, Options& options) {
  add_list(command, "--seeds", options.seeds, "N", "Seeds to train with (default: 0)")
      ->check(CLI::Range(0, 1 << 30));
  add_value(command, "--iters", options.iterations, "N",
            "Stop a training after so many iterations (a lockstep: 12 by default)")
      ->check(CLI::PositiveNumber);
  command.add_flag("--any-design", options.any_design,
                   "Train seeds that are too few to decide a comparison");
  command.add_flag("--digests", options.digests, "Digest all weights after every training step");
  add_value(command, "--save-seconds", options.save_seconds, "SECONDS",
            "Time between two states a training can be resumed from (default: 20; 300 on a GPU)")
      ->check(CLI::NonNegativeNumber);
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
      ->check(CLI::Range(2, 1 << 30));
  add_value(command, "--speed-seconds", options.seconds, "SECONDS",
            "Speed: time of our own protocol for each precision (default: 4)")
      ->check(CLI::NonNegativeNumber);
}

/// "verify", the stage's former name, is accepted for "examine".
std::string name_of_stage(std::string& stage) {
  if (stage == "verify") stage = "examine";
  return "";
}

void add_options(CLI::App& command, Options& options) {
  add_positional(command, "SUITE", options.suite, "The suite (JSON)");
  add_list(command, "--stage", options.stages, "STAGE",
           "examine, evaluate, lockstep, train, memory, speed (default: the first two)")
      ->transform(CLI::Validator(name_of_stage, ""))
      ->check(CLI::IsMember({"examine", "evaluate", "lockstep", "train", "memory", "speed"}));
  add_list(command, "--precision", options.precisions, "PRECISION",
           "Precisions to run in (default: the row's own and fp32)")
      ->check(CLI::IsMember(known_precisions()));
  add_value(command, "--device", options.device, "DEVICE", "cpu (the default) or cuda")
      ->check(CLI::IsMember({"cpu", "cuda"}));
  add_training_options(command, options);
  add_speed_options(command, options.speed);
  add_job_options(command, options);
  add_require_option(command, options.require);
  add_verdict_output(command, options.output);
  add_footer(command, "halfproof run suites/minizoo.json --row fcn --out runs/fcn", kJudgedExits);
}

}  // namespace

void add_run_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = program.add_subcommand(
      "run", "The main job: every claim of every row, as far as this machine can take it");
  add_options(*command, *options);
  command->callback([options, &exit_code] {
    options->argv = program_arguments();
    exit_code = run(*options);
  });
}

}  // namespace harness
