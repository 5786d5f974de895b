#pragma once

#include <string>
#include <vector>

#include "harness/cli/row_worker.h"
#include "harness/cli/run_directory.h"
#include "harness/cli/stages/verify_stage.h"

namespace harness {

/// One RunResult that a row's evaluation must leave behind.
struct ExpectedResult {
  std::string stage;  ///< "evaluate", "evaluate_ms_flip" or "parity".
  std::string precision;
  std::string key;
};

/// The results a row needs. Parity is FP16 (or another lower precision) against "fp32" and so needs
/// both; six scales and flip are evaluated in the row's own precision when the table has a number.
std::vector<ExpectedResult> expected_results(const Row& row,
                                             const std::vector<std::string>& precisions,
                                             const std::string& device, const Json& inputs);

/// Stage "evaluate" of one row: starts a worker for what is not yet there. A worker that dies
/// leaves results of status error, missing data or a missing GPU results of status skipped.
void evaluate_row(const Suite& suite, const Row& row, const VerifiedRow& verified,
                  const RunDirectory& directory, const WorkerOptions& options);

}  // namespace harness
