#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "harness/base/json.h"
#include "harness/worker/row_job.h"

namespace harness {

/// The worker's input in the mode "train": one training of one row. The recipe is that of the
/// config in the row's checkpoint, or the suite's where there is none.
struct TrainJob : RowJob {
  std::filesystem::path pretrained;  ///< The backbone's weights; empty: none were found.
  std::string precision;             ///< "fp16", "fp32", ... (policy_of_precision()).
  std::uint64_t seed = 0;            ///< For new weights, dropout, order and pipeline.
  std::int64_t iterations = 0;       ///< Stop after so many; 0: the recipe's.
  bool digests = false;              ///< Digest every tensor after every step, in steps.jsonl.
  double save_seconds = 20.0;        ///< Time between two saved states.
  std::string key;
};

/// Throws Error(kInvalidSuite) for a job that is not as the command writes it.
TrainJob train_job_from_json(const Json& value);

/// Folder of a training below DIR/<row>: "train-fp16-seed0".
std::string training_folder(const std::string& precision, std::uint64_t seed);

/// Trains in DIR/<row>/train-<precision>-seed<N>/ (TrainingSession) and writes the RunResult of the
/// stage "train" at the end. An interrupted training of the same job is resumed where it was saved.
/// Sends progress events. Throws Error for an invalid file, recipe or data set.
void train_job(const TrainJob& job);

}  // namespace harness
