#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/table/suite.h"

namespace harness {

/// One experiment with one row: what the command gives a worker in the mode "paper".
struct PaperJob {
  std::string suite;
  Row row;
  DataSpec data;                     ///< `root` is absolute.
  std::filesystem::path checkpoint;  ///< Published weights, and the recipe in their config.
  std::filesystem::path pretrained;  ///< The backbone's weights; empty: none were found.
  std::string experiment;            ///< "master-weights", ...: paper_experiments().
  std::uint64_t seed = 0;            ///< Of new weights, order and pipeline.
  std::int64_t threads = 0;          ///< 0: LibTorch's own choice.
  std::filesystem::path out;         ///< The document to write.
  std::vector<std::string> argv;
};

/// Throws Error(kInvalidSuite) for a job that is not as the command writes it.
PaperJob paper_job_from_json(const Json& value);

/// Measures on the CPU and writes the document (harness/base/experiment.h). Judges nothing. Sends
/// events {"event": "progress", "label", "done", "total"}. Throws Error(kUsage) for an unknown
/// experiment and Error for what the files, the recipe or the data get wrong.
void paper_job(const PaperJob& job);

}  // namespace harness
