#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/judge/finding.h"
#include "harness/record/run_result.h"
#include "harness/record/verdict.h"
#include "harness/table/suite.h"

namespace harness {

/// One record for each claim of the row, in the suite's order. Results of other rows are ignored.
std::vector<VerdictRecord> judge_row(const Row& row, const std::vector<RunResult>& results,
                                     const JobScope& scope);

struct JudgeOptions {
  std::vector<std::string> require;  ///< Of "gpu", "data", "network": a skip for want of it fails.
};

/// Judges a run directory (docs/formats.md) by a suite, which need not be the one it was made with:
/// a changed tolerance costs no new run. The only function here that reads files.
///
/// Rows of run.json in the suite's order; all rows of the suite when run.json names none. A row of
/// which a result cannot be read, or lies in another row's folder, fails claim by claim and leaves
/// the other rows alone.
/// Throws Error(kIo) and Error(kInvalidJson) for run.json, Error(kUsage) for a row of the run that
/// the suite does not have.
std::vector<VerdictRecord> judge_run(const std::filesystem::path& directory, const Suite& suite,
                                     const JudgeOptions& options = {});

}  // namespace harness
