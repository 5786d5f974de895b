#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/table/suite.h"

namespace harness {

/// Whether trainings over some seeds can decide a comparison, before they are run.
struct DesignCheck {
  std::string claim;  ///< "retrain.miou" or "retrain.parity".
  bool can_decide = false;
  /// "2 seeds cannot decide within ±1 (sd 0.5): 3 can".
  std::string text;
};

/// Checks the row's comparisons by the spread over seeds that the suite states
/// (conditions.reference_runs, conditions.spread): whether `seeds` trainings with exactly that
/// spread and without any difference would pass. Claims that have no known spread, no margin or
/// nothing to compare with are left out, because nothing can be said about them.
///
/// precisions: the precisions that are trained.
std::vector<DesignCheck> check_design(const Row& row, std::size_t seeds,
                                      const std::vector<std::string>& precisions);

}  // namespace harness
