#include "harness/memory/memory_estimate.h"

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/number_text.h"
#include "harness/memory/training_memory.h"
#include "harness/precision/policy.h"
#include "harness/table/published_step.h"
#include "harness/train/training_setup.h"

namespace harness {
namespace {

constexpr std::int64_t kReduction = 8;
constexpr std::int64_t kSmallBatch = 1 << 17;  // Pixels: some hundred MB in the zoo's rows.

}  // namespace

std::int64_t estimate_training_memory(const Row& row, const std::string& precision) {
  const auto crop = training_setup(row, {}, policy_of_precision(precision)).recipe.pipeline.crop;
  if (published_batch(row) * crop.height * crop.width < kSmallBatch) return 0;
  Row reduced = row;
  reduced.recipe["crop"] = {crop.height / kReduction, crop.width / kReduction};
  const MemoryRecord record = measure_training_memory(reduced, precision, torch::kCPU);
  std::int64_t kept = 0;
  for (const auto& [kind, bytes] : record.kept) kept += kind == "loss" ? 2 * bytes : bytes;
  const double scale = static_cast<double>(crop.height * crop.width) /
                       static_cast<double>(record.crop[0] * record.crop[1]);
  const double activations = scale * (1.3 * static_cast<double>(kept) +
                                      static_cast<double>(record.tensors.standing.input));
  return record.tensors.standing.sum() + static_cast<std::int64_t>(activations);
}

void require_memory(std::int64_t needed, std::int64_t available) {
  if (needed <= available) return;
  throw Error(ErrorCode::kUnavailable, "memory",
              fmt::format("no memory: a training step needs about {}, by one on an eighth of the "
                          "crop's sides, and {} are free",
                          byte_text(static_cast<double>(needed)),
                          byte_text(static_cast<double>(available))));
}

}  // namespace harness
