#pragma once

#include "harness/paper/experiment_row.h"

namespace harness {

/// A loss scale that is too large overflows (arXiv 1710.03740, section 3.2), a dynamic scale
/// recovers from it (section 5 and the scalers of mmcv and PyTorch), and a static one without an
/// overflow check (quirk no-overflow-check) ruins the master weights permanently.
struct OverflowOptions {
  double scale = 0x1p24;   ///< Too large. PyTorch's scaler starts with 2^16, mmcv's with 2^32.
  int dynamic_steps = 24;  ///< As many as a dynamic scale needs to fall and to train on.
  int static_steps = 8;
};

ExperimentOutcome<OverflowRecord, OverflowSettings> overflow_experiment(
    const ExperimentRow& row, const OverflowOptions& options = {});

}  // namespace harness
