#pragma once

#include <string>
#include <vector>

#include "harness/cli/stages/train_stage.h"

namespace harness {

/// What is known about a job's trainings before the first of them begins.
struct TrainingDesign {
  /// One for each comparison that the seeds cannot decide:
  /// "<row>: retrain.miou: 2 seeds cannot decide within ±1 (sd 0.5): 3 can".
  std::vector<std::string> notes;
  /// Rows for which no comparison can be decided, although several seeds are trained.
  std::vector<std::string> undecidable_rows;
};

/// options: those of the stage `train`. Empty where --iters cuts the trainings short: they are
/// compared with nothing. A single seed makes no row undecidable: such a training shows arithmetic,
/// memory, loss scale and finiteness, and no comparison is expected of it.
TrainingDesign training_design(const std::vector<const Row*>& rows, const TrainOptions& options);

/// Prints the notes to stderr. Throws Error(kUsage) when a row is undecidable and `any_design` does
/// not allow it.
void require_decidable(const std::vector<const Row*>& rows, const TrainOptions& options,
                       bool any_design);

}  // namespace harness
