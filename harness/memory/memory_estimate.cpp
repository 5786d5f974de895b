#include "harness/memory/memory_estimate.h"

#include <functional>
#include <numeric>

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
constexpr std::int64_t kLibraries = std::int64_t{1} << 29;

bool is_small(const Row& row, const TrainingSetup& setup) {
  const auto& crop = setup.recipe.pipeline.crop;
  return published_batch(row) * crop.height * crop.width < kSmallBatch;
}

}  // namespace

std::int64_t estimate_training_memory(const Row& row, const std::string& precision) {
  const TrainingSetup setup = training_setup(row, {}, policy_of_precision(precision));
  if (is_small(row, setup)) return 0;
  const auto& crop = setup.recipe.pipeline.crop;
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

std::int64_t estimation_memory(const Row& row) {
  constexpr std::int64_t kBytes = 2 * 3 * 4;
  const TrainingSetup setup = training_setup(row, {}, row.policy());
  if (is_small(row, setup)) return 0;
  std::int64_t elements = 0;
  for (const auto& tensor : state_dict_layout(setup.spec)) {
    elements += std::accumulate(tensor.shape.begin(), tensor.shape.end(), std::int64_t{1},
                                std::multiplies<>());
  }
  return kLibraries + kBytes * elements;
}

void require_memory(std::int64_t needed, std::int64_t available) {
  if (needed <= available) return;
  throw Error(ErrorCode::kUnavailable, "memory",
              fmt::format("no memory: a training step needs about {} and may take {}",
                          byte_text(static_cast<double>(needed)),
                          byte_text(static_cast<double>(available))));
}

}  // namespace harness
