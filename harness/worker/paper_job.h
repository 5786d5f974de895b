#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "harness/base/json.h"
#include "harness/worker/row_job.h"

namespace harness {

/// The worker's input in the mode "paper": one experiment with one row. The published weights and
/// the recipe are in the checkpoint; `out` is the document to write.
struct PaperJob : RowJob {
  std::filesystem::path pretrained;  ///< The backbone's weights; empty: none were found.
  std::string experiment;            ///< "master-weights", ...: paper_experiments().
  std::uint64_t seed = 0;            ///< For new weights, order and pipeline.
  std::string key;                   ///< Of the document.
};

/// Throws Error(kInvalidSuite) for a job that is not as the command writes it.
PaperJob paper_job_from_json(const Json& value);

/// Measures on the CPU, whatever the device, and writes the document (harness/record/experiment.h).
/// Judges nothing. Sends events {"event": "progress", "label", "done", "total"}. Throws
/// Error(kUsage) for an unknown experiment and Error for an invalid file, recipe or data set.
void paper_job(const PaperJob& job);

}  // namespace harness
