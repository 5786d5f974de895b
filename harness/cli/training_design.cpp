#include "harness/cli/training_design.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/judge/rules/retrained/design.h"

namespace harness {
namespace {

std::vector<std::string> trained_precisions(const Row& row, const TrainOptions& options) {
  std::vector<std::string> precisions;
  for (const auto& training : trainings_of(row, options)) precisions.push_back(training.precision);
  return precisions;
}

}  // namespace

TrainingDesign training_design(const std::vector<const Row*>& rows, const TrainOptions& options) {
  TrainingDesign design;
  if (options.iterations > 0) return design;
  const std::size_t seeds = std::set(options.seeds.begin(), options.seeds.end()).size();
  for (const Row* row : rows) {
    const auto checks = check_design(*row, seeds, trained_precisions(*row, options));
    const auto can_decide = [](const DesignCheck& check) { return check.can_decide; };
    for (const auto& check : checks) {
      if (!check.can_decide)
        design.notes.push_back(fmt::format("{}: {}: {}", row->id, check.claim, check.text));
    }
    if (seeds > 1 && !checks.empty() && std::none_of(checks.begin(), checks.end(), can_decide)) {
      design.undecidable_rows.push_back(row->id);
    }
  }
  return design;
}

void require_decidable(const std::vector<const Row*>& rows, const TrainOptions& options,
                       bool any_design) {
  const TrainingDesign design = training_design(rows, options);
  for (const auto& note : design.notes) std::fprintf(stderr, "halfproof: %s\n", note.c_str());
  if (any_design || design.undecidable_rows.empty()) return;
  throw Error(ErrorCode::kUsage, design.undecidable_rows.front(),
              "expected seeds that can decide a comparison between trainings, got too few for any; "
              "give as many --seeds as the lines above say, or --any-design to train nevertheless");
}

}  // namespace harness
