#include "harness/table/published_step.h"

#include <optional>

#include "harness/base/measurement.h"

namespace harness {
namespace {

constexpr std::int64_t kZooBatch = 8;

/// Above 0; nullopt where there is no such count.
std::optional<std::int64_t> count_in(const Json& object, const char* key) {
  const auto count = count_at(object, {key});
  return count && *count > 0 ? count : std::nullopt;
}

}  // namespace

const Claim* training_memory_claim(const Row& row) {
  const Claim* claim = row.find_claim("memory");
  return claim != nullptr && text_at(claim->conditions, {"stage"}) == "train" ? claim : nullptr;
}

bool publishes_training_memory(const Row& row) {
  const auto has_number = [](const Claim* claim) {
    return claim != nullptr && claim->value.is_number();
  };
  return has_number(training_memory_claim(row)) || has_number(row.find_claim("memory.ratio"));
}

std::int64_t published_batch(const Row& row) {
  const Claim* claim = training_memory_claim(row);
  const Json conditions = claim == nullptr ? Json() : claim->conditions;
  if (const auto batch = count_in(conditions, "batch_size")) return *batch;
  const std::int64_t all = count_in(row.recipe, "batch").value_or(kZooBatch);
  const std::int64_t gpus = count_in(conditions, "gpus").value_or(1);
  return all % gpus == 0 ? all / gpus : all;
}

}  // namespace harness
