#pragma once

#include "harness/worker/job.h"

namespace harness {

/// Evaluates one row: builds the model once for each precision that is wanted, runs all of them
/// side by side over the images, and leaves one RunResult for each wanted result in job.out. Sends
/// events {"event": "progress", "label", "done", "total"}. Throws Error for what the files or the
/// data get wrong.
void evaluate_job(const Job& job);

}  // namespace harness
