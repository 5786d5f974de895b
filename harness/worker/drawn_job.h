#pragma once

#include <vector>

#include "harness/base/json.h"
#include "harness/worker/row_job.h"

namespace harness {

/// The worker's input in a mode that draws weights and images ("memory", "speed"): a row, and the
/// results that it must write. The checkpoint and the data's root are empty.
struct DrawnJob : RowJob {
  std::vector<WantedResult> results;
};

/// Throws Error(kInvalidSuite) for a job that is not as the command writes it.
DrawnJob drawn_job_from_json(const Json& value);

}  // namespace harness
