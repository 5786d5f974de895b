#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.h"

namespace harness {

/// Steps and keys that only one of two records has.
struct OnlyInOne {
  std::int64_t steps = 0;
  std::int64_t first_step = 0;    ///< The first of those steps.
  std::vector<std::string> keys;  ///< In common steps, sorted: "loss", "tensors.conv1.weight".

  bool empty() const { return steps == 0 && keys.empty(); }
};

/// What two records of one training (steps.jsonl, docs/formats.md) have in common, and where they
/// diverge.
struct StepComparison {
  std::int64_t steps_a = 0;  ///< Lines of each file.
  std::int64_t steps_b = 0;
  std::int64_t compared = 0;  ///< Steps that both have.
  std::int64_t values = 0;    ///< Values that were compared, up to the step that differs.

  /// The first step in which a value differs; nullopt when all values that both have are equal.
  std::optional<std::int64_t> step;
  std::string key;           ///< What differs first: "loss", "scale", "tensors", ...
  std::string tensor;        ///< For digests: the first tensor in the model's order.
  std::int64_t tensors = 0;  ///< For digests: how many differ.
  Json a;                    ///< The values.
  Json b;
  OnlyInOne only_a;
  OnlyInOne only_b;

  /// Both have the same steps with the same keys, and every value is the same. Records that have
  /// nothing to compare are not equal.
  bool equal() const { return !step && only_a.empty() && only_b.empty() && values > 0; }
};

/// Compares step by step, exactly; null (a number that was not finite) equals only null. Throws
/// Error(kIo) for a file that cannot be read, Error(kInvalidJson) that names file and line for one
/// that is not such a record: its steps have to rise.
StepComparison compare_steps(const std::filesystem::path& a, const std::filesystem::path& b);

/// "step 17: loss 0.30000000000000004 against 0.3; only A has digest", or that there is no
/// difference.
std::string describe(const StepComparison& comparison);

}  // namespace harness
