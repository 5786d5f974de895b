#include "harness/cli/stages/drawn_stage.h"

#include "harness/cli/interrupt.h"
#include "harness/cli/worker_versions.h"
#include "harness/table/published_step.h"

namespace harness {
namespace {

Json to_json(const SpeedOptions& options) {
  return {{"layout", options.layout},
          {"cudnn_benchmark", options.cudnn_benchmark},
          {"pinned", options.pinned},
          {"images", options.images},
          {"seconds", options.seconds}};
}

std::vector<AskedExecution> keyed_executions(const Suite& suite, const Row& row,
                                             std::string_view stage, const DrawnOptions& options) {
  Json inputs = {{"batch", published_batch(row)},
                 {"size", {suite.data.height, suite.data.width}},
                 {"threads", options.threads}};
  if (stage == "speed") inputs["speed"] = to_json(options.speed);
  inputs.update(worker_versions(options));
  auto executions = drawn_executions_of(row, stage, options);
  for (auto& one : executions) {
    one.key = result_key(row, one.stage, one.precision, options.device, inputs);
  }
  return executions;
}

/// What one worker is started for.
using Batch = std::vector<AskedExecution>;

std::vector<Batch> missing_batches(const std::vector<AskedExecution>& executions,
                                   std::string_view stage, const RunDirectory& directory) {
  std::vector<Batch> batches;
  for (const auto& one : executions) {
    if (directory.has_result(one)) continue;
    if (batches.empty() || stage == "memory") batches.emplace_back();
    batches.back().push_back(one);
  }
  return batches;
}

}  // namespace

std::vector<AskedExecution> drawn_executions_of(const Row& row, std::string_view stage,
                                                const WorkerOptions& options) {
  const auto precisions =
      options.precisions.empty() ? default_precisions(row.policy()) : options.precisions;
  std::vector<AskedExecution> executions;
  for (const auto& precision : precisions) {
    executions.push_back({row.id, std::string(stage), precision, std::nullopt, ""});
  }
  return executions;
}

void run_drawn_stage(const Suite& suite, const Row& row, std::string_view stage,
                     RunDirectory& directory, const DrawnOptions& options) {
  const auto executions = keyed_executions(suite, row, stage, options);
  directory.ask(executions);
  const char* const unit = stage == "memory" ? "steps" : "images";
  for (const auto& batch : missing_batches(executions, stage, directory)) {
    if (interrupted()) return;
    Json job = row_job(suite, row, {}, {}, directory.row_folder(row.id), options);
    job["results"] = wanted_results(batch);
    if (stage == "speed") job["speed"] = to_json(options.speed);
    const RowEnd end = run_row_worker(options, std::string(stage), job, row.id, unit);
    if (end.status == RunStatus::kOk || interrupted()) continue;
    for (const auto& one : batch) {
      // A worker may have died after some of its results.
      if (directory.has_result(one)) continue;
      directory.write_result(result_without_run(suite.name, one, end, options));
    }
  }
}

}  // namespace harness
