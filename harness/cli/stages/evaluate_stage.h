#pragma once

#include <string>
#include <vector>

#include "harness/cli/row_worker.h"
#include "harness/cli/run_directory.h"
#include "harness/cli/stages/examine_stage.h"

namespace harness {

/// Kernels of halfproof's own that an evaluation on a GPU is asked to use, by the names of their
/// switches in jobs, keys and records.
struct EvaluationKernels {
  bool fused_segmentation = false;  ///< Resize and argmax.
  bool fused_norm = false;          ///< Batch norm, addition and ReLU.
};

/// What `halfproof run --stage evaluate` was asked for.
struct EvaluateOptions : WorkerOptions {
  EvaluationKernels kernels;
};

/// The executions that evaluate a row, without keys: in the stages "evaluate", "evaluate_ms_flip"
/// and "parity". Parity is FP16 (or another lower precision) against "fp32" and so needs both; six
/// scales and flip are evaluated in the row's own precision when the table has a number.
std::vector<AskedExecution> evaluations_of(const Row& row, const WorkerOptions& options);

/// Why the row cannot be evaluated here, whatever the worker says: its checkpoint, then the data.
/// The first is what evaluate_row() records. Empty when nothing stands in the way.
std::vector<RowEnd> evaluation_obstacles(const Suite& suite, const ExaminedRow& examined,
                                         const WorkerOptions& options);

/// Stage "evaluate" of one row: records the keys of its executions in run.json and starts a worker
/// for the results that are missing. A worker that dies leaves results of status error; missing
/// data or a missing GPU, results of status skipped.
void evaluate_row(const Suite& suite, const Row& row, const ExaminedRow& examined,
                  RunDirectory& directory, const EvaluateOptions& options);

}  // namespace harness
