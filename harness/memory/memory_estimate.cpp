#include "harness/memory/memory_estimate.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/number_text.h"
#include "harness/memory/training_memory.h"
#include "harness/table/model_cost.h"

namespace harness {
namespace {

constexpr std::int64_t kReduction = 8;
constexpr std::int64_t kMostImages = 2;        // Batch norm over one image's pooled value has none.
constexpr std::int64_t kSmallBatch = 1 << 17;  // Pixels: some hundred MB in the zoo's rows.
constexpr std::int64_t kLibraries = std::int64_t{1} << 29;

bool is_small(const TrainingSetup& setup, std::int64_t batch) {
  const auto& crop = setup.recipe.pipeline.crop;
  return batch * crop.height * crop.width < kSmallBatch;
}

}  // namespace

StepMemoryEstimate estimate_step_memory(const TrainingSetup& setup, std::int64_t batch) {
  if (is_small(setup, batch)) return {};
  const auto& crop = setup.recipe.pipeline.crop;
  TrainingSetup reduced = setup;
  reduced.recipe.pipeline.crop = {crop.height / kReduction, crop.width / kReduction};
  const MemoryRecord record =
      measure_training_memory(reduced, std::min(batch, kMostImages), torch::kCPU);
  std::int64_t kept = 0;
  for (const auto& [kind, bytes] : record.kept) kept += kind == "loss" ? 2 * bytes : bytes;
  const double scale = static_cast<double>(batch * crop.height * crop.width) /
                       static_cast<double>(record.batch * record.crop[0] * record.crop[1]);
  const StandingMemory& standing = record.tensors.standing;
  const double activations =
      scale * (1.3 * static_cast<double>(kept) + static_cast<double>(standing.input));
  return {standing.sum(), static_cast<std::int64_t>(activations)};
}

std::int64_t estimation_memory(const TrainingSetup& setup, std::int64_t batch) {
  constexpr std::int64_t kBytes = 2 * 3 * 4;
  if (is_small(setup, batch)) return 0;
  return kLibraries + kBytes * parameter_count(setup.spec);
}

void require_memory(std::string_view what, std::int64_t needed, std::int64_t available) {
  if (needed <= available) return;
  throw Error(ErrorCode::kUnavailable, "memory",
              fmt::format("no memory: {} needs about {} and may take {}", what,
                          byte_text(static_cast<double>(needed)),
                          byte_text(static_cast<double>(available))));
}

}  // namespace harness
