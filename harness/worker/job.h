#pragma once

#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/worker/row_job.h"

namespace harness {

/// What the command gives a worker in the mode "run": a row to evaluate, and the results it must
/// leave.
struct Job : RowJob {
  struct Wanted {
    std::string stage;  ///< "evaluate", "evaluate_ms_flip", "parity".
    std::string precision;
    std::string key;  ///< Goes into the RunResult as it is.
  };
  std::string checkpoint_sha256;
  std::vector<Wanted> results;
};

/// Throws Error(kInvalidSuite) for a job that is not as the command writes it.
Job job_from_json(const Json& value);

}  // namespace harness
