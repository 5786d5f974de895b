#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "harness/cli/stages/drawn_stage.h"
#include "harness/cli/stages/evaluate_stage.h"
#include "harness/cli/stages/train_stage.h"
#include "harness/fetch/store.h"
#include "harness/record/job.h"

namespace harness {

/// What a user asks of a suite: `halfproof run` does it, `halfproof doctor` says what would come of
/// it.
struct RunPlan {
  std::filesystem::path suite;
  std::vector<std::string> rows;
  std::vector<std::string> stages;  ///< Empty: default_stages().
  std::vector<std::string> precisions;
  std::string device = "cpu";
  std::filesystem::path data;
  std::filesystem::path cache;
  std::filesystem::path lock;
  std::int64_t threads = 0;
  std::vector<std::int64_t> seeds = {0};
  std::int64_t iterations = 0;
  bool digests = false;
  std::optional<double> save_seconds;
  SpeedOptions speed;
  EvaluationKernels kernels;
  bool restart = false;
  bool offline = false;
  double memory_gib = 0.0;  ///< What a stage may take; 0: what is free.
  std::vector<std::string> require;
  bool quiet = false;
  std::int64_t timeout_s = kWorkerTimeoutSeconds;
  std::vector<std::string> argv;

  bool asks_for(std::string_view stage) const;
};

/// Stages in which weights and images are drawn, in the order in which they are run.
inline constexpr const char* kDrawnStages[] = {"memory", "speed"};

/// The stages of a job that names none: "examine" and "evaluate", and "memory" where a row
/// publishes a number of its training's memory that the stage can be compared with
/// (publishes_training_memory). Those need neither a GPU nor hours.
std::vector<std::string> default_stages(const std::vector<const Row*>& rows);

/// What the default stages are, for the help.
inline constexpr const char* kDefaultStagesText =
    "examine and evaluate, and memory where the suite publishes that of training";

WorkerOptions worker_options(const RunPlan& plan);
EvaluateOptions evaluate_options(const RunPlan& plan);
DrawnOptions drawn_options(const RunPlan& plan);
/// stage: "train" or "lockstep".
TrainOptions train_options(const RunPlan& plan, const char* stage);
StoreOptions store_options(const Suite& suite, const RunPlan& plan);

/// The suite that a user named. Throws as read_suite(), with what a suite is and where to get one
/// where the file is none.
Suite read_named_suite(const std::filesystem::path& path);

/// Everything that the plan executes of a row, without keys, in the order of its stages.
std::vector<AskedExecution> executions_of(const Row& row, const RunPlan& plan);

/// --stage, --precision, --device, --row, --data, --memory, --require, --cache, --lock, --offline.
void add_plan_options(CLI::App& command, RunPlan& plan);

}  // namespace harness
