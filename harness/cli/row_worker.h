#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/record/job.h"
#include "harness/record/run_result.h"
#include "harness/table/suite.h"

namespace harness {

/// Longer than any step between two signs of life: an image of 1024x2048 in six scales and flipped
/// keeps one core busy for about twenty minutes.
inline constexpr std::int64_t kWorkerTimeoutSeconds = 3600;

/// What a stage that needs a worker was asked for.
struct WorkerOptions {
  std::vector<std::string> precisions;  ///< Empty: default_precisions of the row's policy.
  std::string device = "cpu";
  std::filesystem::path data;    ///< Root of the data set; empty: the suite's.
  std::filesystem::path worker;  ///< The worker's program.
  std::int64_t threads = 0;      ///< 0: as many as there are cores.
  std::vector<std::string> argv;
  bool quiet = false;
  /// Longest time without progress, after which the worker is ended and its results fail; 0: none.
  std::int64_t timeout_s = kWorkerTimeoutSeconds;
  std::int64_t memory_bytes = 0;  ///< What a training step may take on the CPU; 0: what is free.
};

/// How the work on one row ended: recorded in its missing results.
struct RowEnd {
  RunStatus status = RunStatus::kOk;
  std::string reason;
};

/// The part of every job that describes its row (harness/worker/row_job.h). `root`: of the data.
/// `out`: where its results go.
Json row_job(const Suite& suite, const Row& row, const std::filesystem::path& checkpoint,
             const std::filesystem::path& root, const std::filesystem::path& out,
             const WorkerOptions& options);

/// The results that a worker must write, for `results` of its job.
Json wanted_results(const std::vector<AskedExecution>& executions);

/// sha256 of the worker's program, a part of every result's key; "" when it is not there.
std::string digest_of_worker(const WorkerOptions& options);

/// Why no worker can be started, or kOk. A program that was built without LibTorch has none, which
/// is a skip.
RowEnd worker_absence(const WorkerOptions& options);

/// Runs the worker on one job and shows its progress, counted in `unit`s ("images"). A worker that
/// dies, hangs or breaks the protocol is an error of this row; where there is none, it is skipped.
RowEnd run_row_worker(const WorkerOptions& options, const std::string& mode, const Json& job,
                      const std::string& row, const char* unit);

/// The result of an execution that did not take place, with the reason.
RunResult result_without_run(const std::string& suite, const AskedExecution& asked,
                             const RowEnd& end, const WorkerOptions& options);

/// The data set's root: the one asked for, else the suite's; empty when neither names one.
std::filesystem::path data_root(const Suite& suite, const std::filesystem::path& asked);

}  // namespace harness
