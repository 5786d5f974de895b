#include "harness/deepbench/problem_sizes.h"

namespace harness {

ProblemSizes sizes_of(const Work& work) {
  ProblemSizes all;
  const Json json = work_to_json(work);
  for (const auto& [key, value] : json.items()) {
    if (key == "passes" || key == "bias") continue;
    if (value.is_number_integer()) {
      all.sizes.emplace_back(key, value.get<std::int64_t>());
    } else {
      all.kind += key + "=" + value.dump() + " ";
    }
  }
  return all;
}

std::optional<SizeDifference> only_difference(const ProblemSizes& first,
                                              const ProblemSizes& second) {
  if (first.kind != second.kind) return std::nullopt;
  std::optional<SizeDifference> difference;
  for (std::size_t i = 0; i < first.sizes.size(); ++i) {
    const auto& [name, size] = first.sizes[i];
    if (size == second.sizes[i].second) continue;
    if (difference) return std::nullopt;
    difference = {name, size, second.sizes[i].second};
  }
  return difference;
}

}  // namespace harness
