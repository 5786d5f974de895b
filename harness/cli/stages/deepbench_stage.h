#pragma once

#include <filesystem>
#include <vector>

#include "harness/cli/row_worker.h"
#include "harness/deepbench/problem_suite.h"
#include "harness/record/deepbench_record.h"

namespace harness {

/// What `halfproof deepbench` was asked for. `precisions` is not empty; `threads` is at least 1.
struct DeepbenchOptions : WorkerOptions {
  std::filesystem::path folder = {};  ///< Where records go: DIR/deepbench.
  double seconds = 0.5;               ///< Of measuring, for each kernel.
  double budget_s = 0.0;              ///< No problem is begun after so many seconds; 0: no limit.
};

/// Everything that determines a record: work, precision, device, threads, seconds, what computes
/// (worker_versions) and the machine, since a speed is of one.
std::string deepbench_key(const Work& work, const std::string& precision,
                          const DeepbenchOptions& options);

/// Brings the folder to one record of each problem in each precision, in that order, and returns
/// them. A record that is there with the same key is kept. Without a worker are left, each with its
/// reason: what no engine computes and what an earlier problem of the list computes too. The rest
/// is run in one worker for each operation; when one dies, the problem that it was at is an error
/// and another worker goes on after it. What the budget did not reach is skipped and is run when
/// the same command is given again. After an interrupt the records are incomplete.
std::vector<DeepbenchRecord> run_deepbench(const ProblemSuite& suite,
                                           const std::vector<const Problem*>& problems,
                                           const DeepbenchOptions& options);

/// The record in the folder; one of status error where there is none or none that can be read.
DeepbenchRecord stored_record(const std::filesystem::path& folder, const std::string& problem,
                              const std::string& precision);

}  // namespace harness
