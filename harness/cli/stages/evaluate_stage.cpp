#include "harness/cli/stages/evaluate_stage.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/cli/interrupt.h"
#include "harness/cli/worker_versions.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

/// Why the checkpoint cannot be evaluated, or kOk.
RowEnd checkpoint_obstacle(const ExaminedRow& examined) {
  const auto& checkpoint = examined.record.checkpoint;
  if (!checkpoint) return {RunStatus::kSkipped, "the row publishes no checkpoint"};
  if (!checkpoint->error) return {};
  const auto& [kind, text] = *checkpoint->error;
  if (kind == FileErrorKind::kUnreachable) return {RunStatus::kSkipped, "no network: " + text};
  return {RunStatus::kError, "the checkpoint cannot be used: " + text};
}

Json switched_on(const EvaluationKernels& kernels) {
  Json switches = Json::object();
  if (kernels.fused_segmentation) switches["fused_segmentation"] = true;
  if (kernels.fused_norm) switches["fused_norm"] = true;
  return switches;
}

}  // namespace

std::vector<RowEnd> evaluation_obstacles(const Suite& suite, const ExaminedRow& examined,
                                         const WorkerOptions& options) {
  std::vector<RowEnd> obstacles;
  if (RowEnd file = checkpoint_obstacle(examined); file.status != RunStatus::kOk) {
    obstacles.push_back(std::move(file));
  }
  const fs::path root = data_root(suite, options.data);
  if (root.empty() || data_fingerprint(root, suite.data.split).empty()) {
    obstacles.push_back({RunStatus::kSkipped, no_data_reason(root, {suite.data.split})});
  }
  return obstacles;
}

std::vector<AskedExecution> evaluations_of(const Row& row, const WorkerOptions& options) {
  const auto precisions =
      options.precisions.empty() ? default_precisions(row.policy()) : options.precisions;
  std::vector<AskedExecution> results;
  const auto expect = [&](const std::string& stage, const std::string& precision) {
    results.push_back({row.id, stage, precision, std::nullopt, ""});
  };
  for (const auto& precision : precisions) expect("evaluate", precision);
  const bool has_reference =
      std::find(precisions.begin(), precisions.end(), "fp32") != precisions.end();
  for (const auto& precision : precisions) {
    if (has_reference && precision != "fp32" && precision != "fp64") expect("parity", precision);
  }
  const Claim* claim = row.find_claim("miou_ms_flip");
  if (claim != nullptr && claim->value.is_number()) expect("evaluate_ms_flip", precisions.front());
  return results;
}

void evaluate_row(const Suite& suite, const Row& row, const ExaminedRow& examined,
                  RunDirectory& directory, const EvaluateOptions& options) {
  const fs::path root = data_root(suite, options.data);
  const std::string fingerprint = data_fingerprint(root, suite.data.split);
  Json inputs = {{"checkpoint", examined.checkpoint_sha256()},
                 {"data", fingerprint},
                 {"size", {suite.data.height, suite.data.width}},
                 {"threads", options.threads}};
  inputs.update(switched_on(options.kernels));
  inputs.update(worker_versions(options));
  auto expected = evaluations_of(row, options);
  for (auto& one : expected) {
    one.key = result_key(row, one.stage, one.precision, options.device, inputs);
  }
  directory.ask(expected);
  const auto missing = [&](const AskedExecution& one) { return !directory.has_result(one); };
  const auto leave = [&](RunStatus status, const std::string& reason) {
    for (const auto& result : expected) {
      if (!missing(result)) continue;
      directory.write_result(result_without_run(suite.name, result, {status, reason}, options));
    }
  };
  const auto obstacles = evaluation_obstacles(suite, examined, options);
  if (!obstacles.empty()) return leave(obstacles.front().status, obstacles.front().reason);
  std::vector<AskedExecution> wanted;
  std::copy_if(expected.begin(), expected.end(), std::back_inserter(wanted), missing);
  if (wanted.empty()) return;
  Json job = row_job(suite, row, examined.checkpoint, root, directory.row_folder(row.id), options);
  job["checkpoint_sha256"] = examined.checkpoint_sha256();
  job["results"] = wanted_results(wanted);
  job.update(switched_on(options.kernels));
  const RowEnd end = run_row_worker(options, "evaluate", job, row.id, "images");
  if (end.status != RunStatus::kOk && !interrupted()) leave(end.status, end.reason);
}

}  // namespace harness
