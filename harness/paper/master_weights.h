#pragma once

#include "harness/paper/experiment_row.h"
#include "harness/record/paper_design.h"

namespace harness {

/// arXiv 1710.03740, section 3.1: without an FP32 master copy of the weights, updates vanish.
///
/// Trains in half with masters, and in parallel keeps weights that exist in half only: the same
/// gradients, the same SGD in FP32, each result rounded to half (TrainingOptions::keep_masters =
/// false, on the gradients of the run with masters). Examines only parameters that the model holds
/// in half.
struct MasterWeightsOptions {
  int steps = kMasterWeightsSteps;  ///< In each phase.
};

/// Each phase has the learning rate of its point in the training.
ExperimentOutcome<MasterWeightsRecord, MasterWeightsSettings> master_weights_experiment(
    const ExperimentRow& row, const MasterWeightsOptions& options = {});

}  // namespace harness
