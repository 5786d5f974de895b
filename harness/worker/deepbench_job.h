#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/deepbench/problem.h"
#include "harness/record/deepbench_record.h"

namespace harness {

/// A problem in a precision.
struct DeepbenchTask {
  Problem problem;
  std::string precision;  ///< One that storage_of() knows.
  std::string key;        ///< Of the record.
};

/// The worker's input in the mode "deepbench".
struct DeepbenchJob {
  std::string suite;
  std::int64_t threads = 0;       ///< 0: LibTorch's own choice.
  std::int64_t memory_bytes = 0;  ///< What a problem may take; 0: what is free.
  double seconds = 0.0;           ///< Of measuring, for each kernel.
  double budget_s = 0.0;          ///< No problem is begun after so many seconds; 0: no limit.
  std::filesystem::path out;      ///< DIR/deepbench.
  std::vector<DeepbenchTask> tasks;
};

/// Throws Error(kInvalidSuite) for a job that is not as the command writes it.
DeepbenchJob deepbench_job_from_json(const Json& value);

/// Runs the tasks in order on the CPU; each record is written as soon as it is known. A problem
/// that needs more memory than there is is skipped, with both numbers; one whose kernel throws is
/// an error; the rest go on. Sends events {"event": "progress", "label", "done", "total"}.
void deepbench_job(const DeepbenchJob& job);

}  // namespace harness
