#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "harness/base/json.h"

namespace harness {

/// What two records of one training (steps.jsonl, docs/formats.md) have in common, and where they
/// part.
struct StepComparison {
  std::int64_t steps_a = 0;  ///< Lines of each file.
  std::int64_t steps_b = 0;
  std::int64_t compared = 0;  ///< Steps that both have, up to the first difference.

  /// The first step in which they differ; nothing when all common steps are equal.
  std::optional<std::int64_t> step;
  std::string key;           ///< What differs first: "loss", "scale", "tensors", ...
  std::string tensor;        ///< Of digests: the first tensor in the model's order.
  std::int64_t tensors = 0;  ///< Of digests: how many differ.
  Json a;                    ///< The values.
  Json b;

  bool equal() const { return !step && steps_a == steps_b && compared > 0; }
};

/// Compares line by line, exactly. Throws Error(kIo) for a file that cannot be read,
/// Error(kInvalidJson) that names file and line for one that is not such a record.
StepComparison compare_steps(const std::filesystem::path& a, const std::filesystem::path& b);

/// "step 17: loss 0.30000000000000004 against 0.3", or that there is no difference.
std::string describe(const StepComparison& comparison);

}  // namespace harness
