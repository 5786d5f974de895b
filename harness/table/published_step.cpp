#include "harness/table/published_step.h"

#include <optional>
#include <string>

namespace harness {
namespace {

constexpr std::int64_t kZooBatch = 8;

std::optional<std::int64_t> count_in(const Json& object, const char* key) {
  if (!object.is_object()) return std::nullopt;
  const auto found = object.find(key);
  const bool is_count = found != object.end() && found->is_number_integer() && *found > 0;
  return is_count ? std::optional(found->get<std::int64_t>()) : std::nullopt;
}

}  // namespace

const Claim* training_memory_claim(const Row& row) noexcept {
  const Claim* claim = row.find_claim("memory");
  if (claim == nullptr || !claim->conditions.is_object()) return nullptr;
  const auto stage = claim->conditions.find("stage");
  return stage != claim->conditions.end() && *stage == "train" ? claim : nullptr;
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
