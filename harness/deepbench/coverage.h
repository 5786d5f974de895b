#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/deepbench/problem_suite.h"
#include "harness/record/deepbench_record.h"

namespace harness {

/// What became of the problems that were asked for. Each problem in each precision is in one of
/// ran, skipped and failed.
struct DeepbenchCoverage {
  std::int64_t listed = 0;                      ///< Problems of the suite.
  std::int64_t asked = 0;                       ///< Problems in a precision.
  std::int64_t ran = 0;                         ///< Their kernels ran, whatever came out.
  std::int64_t failed = 0;                      ///< Did not end, or left no record.
  std::map<std::string, std::int64_t> skipped;  ///< By reason, without what differs between them.
  std::int64_t right = 0;                       ///< Kernels.
  std::int64_t wrong = 0;
  std::int64_t mistrusted = 0;
  std::int64_t ambiguous = 0;  ///< Right ones whose time is too noisy.
  std::int64_t compared = 0;   ///< Elements of results that were held against FP64.

  /// 1 when a kernel is wrong or mistrusted or a problem failed, else 3 when a time is ambiguous,
  /// else 0 when a kernel ran, else 77.
  int exit_code() const noexcept;
};

DeepbenchCoverage coverage_of(const ProblemSuite& suite,
                              const std::vector<DeepbenchRecord>& records);

/// "no engine: nothing here runs recurrent yet" as it is; of other reasons what stands before the
/// colon: "memory", "budget".
std::string kind_of_skip(const std::string& reason);

/// "1760x128x1760 TN", "4x1x161x700 * 32x5x20": what is computed, in a line.
std::string work_text(const Work& work);

/// DIR/deepbench/summary.json, schema "halfproof.deepbench-summary/1": coverage, exit code, and of
/// each record what a table of it shows.
Json coverage_document(const ProblemSuite& suite, const std::vector<DeepbenchRecord>& records);

/// "12 of 342 problems in 2 precisions: ...": the closing lines of a job.
std::string coverage_text(const ProblemSuite& suite, const DeepbenchCoverage& coverage);

}  // namespace harness
