#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/cli/run_directory.h"
#include "harness/cli/verify_stage.h"

namespace harness {

/// What `halfproof run` was asked for, as far as the worker must know it.
struct EvaluateOptions {
  std::vector<std::string> precisions;  ///< Empty: those that the row's arithmetic asks for.
  std::string device = "cpu";
  std::filesystem::path data;    ///< Root of the data set; empty: the suite's.
  std::filesystem::path worker;  ///< The worker's program.
  std::int64_t threads = 0;      ///< 0: as many as there are cores.
  std::vector<std::string> argv;
  bool quiet = false;
};

/// One RunResult that a row's evaluation must leave behind.
struct ExpectedResult {
  std::string stage;  ///< "evaluate", "evaluate_ms_flip" or "parity".
  std::string precision;
  std::string key;
};

/// Precisions to evaluate a row in, the row's own first: fp16-master gives {"fp16", "fp32"}, an
/// unknown or FP32 policy {"fp32"}.
std::vector<std::string> default_precisions(const Row& row);

/// The results a row needs. Parity is FP16 (or another lower precision) against "fp32" and so needs
/// both; six scales and flip are evaluated in the row's own precision when the table has a number.
std::vector<ExpectedResult> expected_results(const Row& row,
                                             const std::vector<std::string>& precisions,
                                             const std::string& device, const Json& inputs);

/// Stage "evaluate" of one row: starts a worker for what is not yet there. A worker that dies
/// leaves results of status error, missing data or a missing GPU results of status skipped.
void evaluate_row(const Suite& suite, const Row& row, const VerifiedRow& verified,
                  const RunDirectory& directory, const EvaluateOptions& options);

}  // namespace harness
