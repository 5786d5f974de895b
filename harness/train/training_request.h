#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "harness/base/json.h"
#include "harness/table/suite.h"

namespace harness {

/// One training of one row. The recipe is that of the config in the row's checkpoint, or the
/// suite's where the row publishes none.
struct TrainingRequest {
  Row row;
  DataSpec data;                              ///< Trained on kTrainSplit, evaluated on `split`.
  std::filesystem::path checkpoint;           ///< Empty: the row publishes none.
  std::filesystem::path pretrained;           ///< The backbone's weights; empty: from scratch.
  std::string device;                         ///< "cpu" or "cuda".
  std::string precision;                      ///< "fp16", "fp32", ... (policy_of_precision()).
  std::uint64_t seed = 0;                     ///< For new weights, dropout, order and pipeline.
  std::int64_t iterations = 0;                ///< Stop after so many; 0: the recipe's.
  bool digests = false;                       ///< Digest every tensor after every step.
  double save_seconds = 20.0;                 ///< Time between two saved states.
  std::string key;                            ///< A state saved under another key is refused.
  std::filesystem::path folder;               ///< Where log, steps and states are kept.
  std::function<void(const Json&)> on_event;  ///< Receives the progress; may be empty.
};

}  // namespace harness
