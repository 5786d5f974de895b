#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/cli/row_worker.h"
#include "harness/cli/run_directory.h"

namespace harness {

/// Stages that draw their weights and images (is_drawn_stage): they need neither files nor a data
/// set nor a network.

/// How the stage speed runs the networks (harness/worker/speed_job.h).
struct SpeedOptions {
  std::string layout = "contiguous";  ///< Or "channels-last".
  bool cudnn_benchmark = false;       ///< cuDNN chooses its algorithms by timing them.
  bool pinned = false;                ///< Images lie in page-locked memory.
  std::int64_t images = 200;          ///< Of the source's protocol.
  double seconds = 4.0;               ///< Of our own, for each precision.
};

/// What `halfproof run --stage memory,speed` was asked for.
struct DrawnOptions : WorkerOptions {
  SpeedOptions speed;
};

/// The executions of a row in such a stage, without keys: one for each precision.
std::vector<AskedExecution> drawn_executions_of(const Row& row, std::string_view stage,
                                                const WorkerOptions& options);

/// Runs one drawn stage of one row: records the keys of its executions in run.json and starts
/// workers for the results that are missing. The mode is the stage's name. "memory" starts one
/// worker for each precision, because the peak of a process is that of all it did; the others start
/// one for all precisions, which measures them in turns. A worker that dies leaves results of
/// status error; a missing GPU, results of status skipped.
void run_drawn_stage(const Suite& suite, const Row& row, std::string_view stage,
                     RunDirectory& directory, const DrawnOptions& options);

}  // namespace harness
