#pragma once

#include "harness/paper/experiment_row.h"
#include "harness/record/paper_design.h"

namespace harness {

/// A loss scale that is too large overflows (arXiv 1710.03740, section 3.2), a dynamic scale
/// recovers from it (section 5 and the scalers of mmcv and PyTorch), and a static one without an
/// overflow check (quirk no-overflow-check) ruins the master weights permanently.
struct OverflowOptions {
  double scale = kTooLargeScale;
  int dynamic_steps = kDynamicSteps;
  int static_steps = kStaticSteps;
};

ExperimentOutcome<OverflowRecord, OverflowSettings> overflow_experiment(
    const ExperimentRow& row, const OverflowOptions& options = {});

}  // namespace harness
