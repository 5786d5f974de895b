#pragma once

#include "harness/paper/experiment_row.h"
#include "harness/record/paper_design.h"

namespace harness {

/// arXiv 1710.03740, section 3.2: without loss scaling, gradients become zero in half.
///
/// FP32 backward passes give the true gradients; half backward passes with the same weights and
/// batches, unscaled and with the row's scale, show what half turns them into. Two kinds are
/// examined separately: "activations" (gradients of what convolutions compute: where a backward
/// pass in half loses values, and what the paper's figure 3 shows) and "weights" (gradients of the
/// parameters that a half model holds in half).
struct LossScalingOptions {
  std::size_t batches = kExaminedBatches;  ///< Examined in each phase.
};

ExperimentOutcome<LossScalingRecord, LossScalingSettings> loss_scaling_experiment(
    const ExperimentRow& row, const LossScalingOptions& options = {});

}  // namespace harness
