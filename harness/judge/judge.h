#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/judge/finding.h"
#include "harness/record/run_result.h"
#include "harness/record/verdict.h"
#include "harness/table/suite.h"

namespace harness {

/// One record for each claim of the row, in the suite's order. `results`: one for each execution of
/// the row that the job asked for; one that left nothing is there with status error.
std::vector<VerdictRecord> judge_row(const Row& row, const std::vector<RunResult>& results,
                                     const JobScope& scope);

struct JudgeOptions {
  std::vector<std::string> require;  ///< Of "gpu", "data", "network": a skip for want of it fails.
};

/// Judges a run directory (docs/formats.md) by a suite, which need not be the one it was made with:
/// a changed tolerance costs no new run. The only function here that reads files.
///
/// Rows of run.json in the suite's order. Exactly the executions that run.json asked for are
/// judged: one whose result is not there, cannot be read, belongs to another row or has another key
/// (made by another program, recipe, data set or device) counts as one that failed. Throws
/// Error(kIo), Error(kUsage) and Error(kInvalidJson) for run.json (read_job), Error(kUsage) for a
/// row of the run that the suite does not have.
JudgedRun judge_run(const std::filesystem::path& directory, const Suite& suite,
                    const JudgeOptions& options = {});

}  // namespace harness
