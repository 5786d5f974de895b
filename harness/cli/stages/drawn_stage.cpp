#include "harness/cli/stages/drawn_stage.h"

#include <chrono>
#include <cstdio>

#include <fmt/format.h>

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

/// Says what is waited for before and after a batch that takes minutes without a sign of progress.
class Announced {
 public:
  Announced(const Row& row, const AskedExecution& one, const DrawnOptions& options)
      : what_(fmt::format("{}: {}", row.id, execution_text(one.stage, one.precision))),
        is_shown_(one.stage == "memory" && !options.quiet && options.device == "cpu" &&
                  worker_absence(options).status == RunStatus::kOk && is_large(row)) {
    if (is_shown_) {
      std::fprintf(stderr, "%s: takes minutes on a CPU where the memory is there\n", what_.c_str());
    }
  }
  void finish(const RowEnd& end) const {
    if (!is_shown_) return;
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin_;
    const char* const how = end.status == RunStatus::kOk ? "measured" : "given up";
    std::fprintf(stderr, "%s: %s after %.0f s\n", what_.c_str(), how, elapsed.count());
  }

 private:
  static bool is_large(const Row& row) {
    constexpr std::int64_t kPixels = 1 << 17;  // Below, steps take seconds.
    const Json crop = row.recipe.value("crop", Json());
    const auto side = [&](std::size_t i) {
      return crop.is_array() && crop.size() == 2 && crop[i].is_number_integer()
                 ? crop[i].get<std::int64_t>()
                 : 0;
    };
    return published_batch(row) * side(0) * side(1) >= kPixels;
  }

  std::string what_;
  bool is_shown_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

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
    const Announced announced(row, batch.front(), options);
    const RowEnd end = run_row_worker(options, std::string(stage), job, row.id, unit);
    announced.finish(end);
    if (end.status == RunStatus::kOk || interrupted()) continue;
    for (const auto& one : batch) {
      // A worker may have died after some of its results.
      if (directory.has_result(one)) continue;
      directory.write_result(result_without_run(suite.name, one, end, options));
    }
  }
}

}  // namespace harness
