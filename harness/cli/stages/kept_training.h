#pragma once

#include <filesystem>
#include <string>

#include "harness/base/json.h"

namespace harness {

/// A training that is to be started or resumed in DIR/<row>/<name>/.
struct TrainingPlace {
  std::filesystem::path row_folder;
  std::string name;  ///< "train-fp16-seed0"; its RunResult is <name>.json beside the folder.
  std::string key;   ///< result_key().
  Json parts;        ///< key_parts(): what the key is made of.
};

/// Is there a saved state or a finished training, whatever its key?
bool holds_training(const TrainingPlace& place);

/// Keeps days of work from being overwritten. Where a saved state or a finished training with
/// another key is found, throws an Error(kUsage) that names the parts that differ; with `restart`,
/// moves the folder and the result to <name>.old-<n>/ instead, n being the first free number.
/// A training with the same key stays as it is: it is resumed.
void keep_other_training(const TrainingPlace& place, bool restart);

/// Writes <name>/key.json, {"key", "parts"}: what keep_other_training() compares with later.
void write_training_key(const TrainingPlace& place);

/// Does a folder of this name hold a training that keep_other_training() moved aside?
bool is_moved_aside(const std::string& name);

}  // namespace harness
