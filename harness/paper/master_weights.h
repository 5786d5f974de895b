#pragma once

#include "harness/paper/experiment_row.h"

namespace harness {

/// arXiv 1710.03740, section 3.1: without an FP32 master copy of the weights, updates vanish.
///
/// Trains in half with masters, and beside it keeps weights that live in half alone: the same
/// gradients, the same SGD in FP32, each result rounded to half (TrainingOptions::keep_masters =
/// false, on the gradients of the run with masters). Looks only at parameters that the model holds
/// in half.
struct MasterWeightsOptions {
  int steps = 10;  ///< In each phase.
};

/// Each phase has the learning rate of where in the training it stands.
ExperimentOutcome<MasterWeightsRecord, MasterWeightsSettings> master_weights_experiment(
    const ExperimentRow& row, const MasterWeightsOptions& options = {});

}  // namespace harness
