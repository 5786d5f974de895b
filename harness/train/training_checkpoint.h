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

/// Where a training stands: enough to go on as if it had never stopped.
struct TrainingSnapshot {
  std::string key;  ///< Of the job: a snapshot of another one is not taken up.
  models::StateDict weights;
  TrainingState state;
  SamplerPosition position;      ///< Of the batch that comes next.
  Json averages;                 ///< LogAverages::state().
  Json tallies;                  ///< TrainingTallies::state().
  std::uintmax_t log_bytes = 0;  ///< Of train.log.json and steps.jsonl that belong to it.
  std::uintmax_t step_bytes = 0;
  Json meta = Json::object();  ///< What the source writes under "meta".
  double lr = 0.0;             ///< Of the last step: the source keeps it in param_groups.
  SgdOptions sgd;
};

/// Writes {"meta", "state_dict", "optimizer", "halfproof"} with write_checkpoint(): the first three
/// as mmcv 1.3.14 save_checkpoint() does, momentum among them; the last holds the rest. Every
/// number comes back bit for bit. Throws Error(kIo).
void write_snapshot(const std::filesystem::path& path, const TrainingSnapshot& snapshot);

/// Nothing when there is no file. Throws Error(kInvalidFile) for one that is not a snapshot, or is
/// one of another version's format.
std::optional<TrainingSnapshot> read_snapshot(const std::filesystem::path& path);

}  // namespace harness
