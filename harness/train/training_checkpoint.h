#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "harness/base/json.h"
#include "harness/data/batch_sampler.h"
#include "harness/precision/training_step.h"
#include "models/state_dict.h"

namespace harness {

/// The state of a training: enough to resume as if it had never stopped.
struct TrainingSnapshot {
  std::string key;  ///< The job's: a snapshot of another job is not resumed.
  models::StateDict weights;
  TrainingState state;
  SamplerPosition position;      ///< The position of the next batch.
  Json averages;                 ///< LogAverages::state().
  Json tallies;                  ///< TrainingTallies::state().
  std::uintmax_t log_bytes = 0;  ///< The sizes of train.log.json and steps.jsonl at this point.
  std::uintmax_t step_bytes = 0;
  Json meta = Json::object();  ///< What the source writes under "meta".
  double lr = 0.0;             ///< The last step's, which the source keeps in param_groups.
  SgdOptions sgd;
};

/// Writes {"meta", "state_dict", "optimizer", "halfproof"} with write_checkpoint(): the first three
/// as mmcv 1.3.14 save_checkpoint() does, momentum among them; the last holds the rest. Every
/// number is restored bit for bit. Throws Error(kIo).
void write_snapshot(const std::filesystem::path& path, const TrainingSnapshot& snapshot);

/// Nullopt when there is no file. Throws Error(kInvalidFile) for a file that is not a snapshot, or
/// has another version's format.
std::optional<TrainingSnapshot> read_snapshot(const std::filesystem::path& path);

}  // namespace harness
