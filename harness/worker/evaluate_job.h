#pragma once

#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/worker/row_job.h"

namespace harness {

/// The worker's input in the mode "evaluate": a row, and the results that it must write.
struct EvaluateJob : RowJob {
  std::string checkpoint_sha256;
  bool fused_segmentation = false;    ///< See EvaluatorOptions; on a GPU only.
  bool fused_norm = false;            ///< See models::fuse_norms(); on a GPU only.
  std::vector<WantedResult> results;  ///< Of "evaluate", "evaluate_ms_flip", "parity".
};

/// Throws Error(kInvalidSuite) for a job that is not as the command writes it.
EvaluateJob evaluate_job_from_json(const Json& value);

/// Throws Error(kInvalidSuite) for a config whose test_cfg does not evaluate whole images (mode
/// "slide"): its published numbers are not comparable.
void require_whole_images(const Json& config, const std::string& subject);

/// Evaluates one row: builds the model once for each wanted precision, runs all of them side by
/// side over the images, and writes one RunResult for each wanted result to job.out. Sends events
/// {"event": "progress", "label", "done", "total"}. Goes on behind the scenes that an earlier
/// worker with the same job did before it was ended. Throws Error for invalid files or data.
void evaluate_job(const EvaluateJob& job);

}  // namespace harness
