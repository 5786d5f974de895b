#include "harness/cli/stages/run_plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/arithmetic/policy.h"
#include "harness/base/error.h"
#include "harness/base/system/machine.h"
#include "harness/base/text.h"
#include "harness/cli/options.h"
#include "harness/cli/stages/examine_stage.h"
#include "harness/table/published_step.h"

namespace harness {
namespace {

/// On a GPU, where a step is short and a state large, saving as often would take a tenth of the
/// time.
double save_seconds(const RunPlan& plan) {
  constexpr double kOnTheCpu = 20.0;
  constexpr double kOnAGpu = 300.0;
  return plan.save_seconds.value_or(plan.device == "cuda" ? kOnAGpu : kOnTheCpu);
}

std::vector<std::string> known_precisions() {
  const auto names = precision_names();
  return {names.begin(), names.end()};
}

/// "verify", the stage's former name, is accepted for "examine".
std::string name_of_stage(std::string& stage) {
  if (stage == "verify") stage = "examine";
  return "";
}

}  // namespace

bool RunPlan::asks_for(std::string_view stage) const {
  return contains(stages, stage);
}

std::vector<std::string> default_stages(const std::vector<const Row*>& rows) {
  std::vector<std::string> stages = {"examine", "evaluate"};
  const bool has_memory = std::any_of(
      rows.begin(), rows.end(), [](const Row* row) { return publishes_training_memory(*row); });
  if (has_memory) stages.emplace_back("memory");
  return stages;
}

namespace {

/// On the CPU sums are added up in another order by another number of threads, so that it belongs
/// to the key. On a GPU threads only load.
std::int64_t threads_of(const RunPlan& plan) {
  if (plan.threads > 0 || plan.device != "cpu") return plan.threads;
  return default_threads();
}

}  // namespace

WorkerOptions worker_options(const RunPlan& plan) {
  constexpr double kGib = 1073741824.0;
  return {plan.precisions,
          plan.device,
          plan.data,
          program_folder() / "halfproof-worker",
          threads_of(plan),
          plan.argv,
          plan.quiet,
          plan.timeout_s,
          static_cast<std::int64_t>(plan.memory_gib * kGib)};
}

EvaluateOptions evaluate_options(const RunPlan& plan) {
  return {worker_options(plan), plan.kernels};
}

DrawnOptions drawn_options(const RunPlan& plan) {
  return {worker_options(plan), plan.speed};
}

TrainOptions train_options(const RunPlan& plan, const char* stage) {
  return {worker_options(plan), stage,       plan.seeds, plan.iterations, plan.digests,
          save_seconds(plan),   plan.restart};
}

StoreOptions store_options(const Suite& suite, const RunPlan& plan) {
  return store_options(suite, plan.cache, plan.lock, plan.offline);
}

Suite read_named_suite(const std::filesystem::path& path) {
  try {
    return read_suite(path);
  } catch (const Error& error) {
    const bool is_none = error.code() == ErrorCode::kIo || error.code() == ErrorCode::kInvalidJson;
    if (!is_none) throw;
    throw Error(error.code(), error.subject(),
                fmt::format("{}; name a suite (JSON), such as suites/mmseg_fp16.json of the source "
                            "tree, or let `halfproof import` make one of a published table",
                            error.detail()));
  }
}

std::vector<AskedExecution> executions_of(const Row& row, const RunPlan& plan) {
  std::vector<AskedExecution> all;
  if (examines_files(plan.stages)) all.push_back({row.id, "examine", "", std::nullopt, ""});
  const auto add = [&all](const std::vector<AskedExecution>& more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  if (plan.asks_for("evaluate")) add(evaluations_of(row, worker_options(plan)));
  for (const char* stage : {"lockstep", "train"}) {
    if (plan.asks_for(stage)) add(trainings_of(row, train_options(plan, stage)));
  }
  for (const char* stage : kDrawnStages) {
    if (plan.asks_for(stage)) add(drawn_executions_of(row, stage, worker_options(plan)));
  }
  return all;
}

void add_plan_options(CLI::App& command, RunPlan& plan) {
  add_list(command, "--stage", plan.stages, "STAGE",
           fmt::format("examine, evaluate, lockstep, train, memory, speed (default: {})",
                       kDefaultStagesText))
      ->transform(CLI::Validator(name_of_stage, ""))
      ->check(CLI::IsMember({"examine", "evaluate", "lockstep", "train", "memory", "speed"}));
  add_list(command, "--precision", plan.precisions, "PRECISION",
           "Precisions to run in (default: the row's own and fp32)")
      ->check(CLI::IsMember(known_precisions()));
  add_value(command, "--device", plan.device, "DEVICE", "cpu (the default) or cuda")
      ->check(CLI::IsMember({"cpu", "cuda"}));
  add_list(command, "--row", plan.rows, "ROW",
           "Only these rows: an id or any unambiguous part of it");
  add_value(command, "--data", plan.data, "DIR", "Root of the data set, instead of the suite's");
  add_value(command, "--memory", plan.memory_gib, "GIB",
            "Memory that a training step may take on the CPU; one that needs more is skipped "
            "(default: what is free)")
      ->check(any_number("GiB", 0.001, 1e6));
  add_store_options(command, plan);
  add_require_option(command, plan.require);
}

}  // namespace harness
