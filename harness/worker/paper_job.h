#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "harness/base/json.h"
#include "harness/worker/row_job.h"

namespace harness {

/// One experiment with one row: what the command gives a worker in the mode "paper". The published
/// weights and the recipe stand in the checkpoint; `out` is the document to write.
struct PaperJob : RowJob {
  std::filesystem::path pretrained;  ///< The backbone's weights; empty: none were found.
  std::string experiment;            ///< "master-weights", ...: paper_experiments().
  std::uint64_t seed = 0;            ///< Of new weights, order and pipeline.
};

/// Throws Error(kInvalidSuite) for a job that is not as the command writes it.
PaperJob paper_job_from_json(const Json& value);

/// Measures on the CPU, whatever the device, and writes the document (harness/record/experiment.h).
/// Judges nothing. Sends events {"event": "progress", "label", "done", "total"}. Throws
/// Error(kUsage) for an unknown experiment and Error for what the files, the recipe or the data get
/// wrong.
void paper_job(const PaperJob& job);

}  // namespace harness
