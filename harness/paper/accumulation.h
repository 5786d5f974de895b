#pragma once

#include "harness/paper/experiment_row.h"

namespace harness {

/// arXiv 1710.03740, section 3.3: sums of half products must be accumulated in FP32 and rounded
/// once, and large reductions (batch norm's statistics) computed in FP32. The experiment shows what
/// half does to them on constructed sums, on the product's own kernels, and on what the row's
/// convolutions compute.
ExperimentOutcome<AccumulationRecord, AccumulationSettings> accumulation_experiment(
    const ExperimentRow& row);

}  // namespace harness
