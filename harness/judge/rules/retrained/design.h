#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/table/suite.h"

namespace harness {

/// Whether trainings over some seeds can decide a comparison, before they are made.
struct DesignCheck {
  std::string claim;  ///< "retrain.miou" or "retrain.parity".
  bool can_decide = false;
  /// "2 seeds cannot decide within ±1 (sd 0.5): 3 can".
  std::string text;
};

/// Checks the row's comparisons by the spread over seeds that the suite knows
/// (conditions.reference_runs, conditions.spread): whether `seeds` trainings of exactly that spread
/// and without any difference would pass. Claims whose spread is not known, that give no margin or
/// that compare with nothing are left out, for nothing can be said of them.
///
/// precisions: those that are trained.
std::vector<DesignCheck> check_design(const Row& row, std::size_t seeds,
                                      const std::vector<std::string>& precisions);

}  // namespace harness
