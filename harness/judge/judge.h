#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/judge/finding.h"
#include "harness/record/job.h"
#include "harness/record/run_result.h"
#include "harness/record/verdict.h"
#include "harness/table/suite.h"

namespace harness {

/// The stage that a claim needs and that is not part of every job: training takes hours, and a user
/// who did not ask for it need not see each claim that would need it. "" for other claims, and for
/// those without a rule, which fail in every job.
std::string optional_stage(const Claim& claim);

/// One record for each claim of the row, in the suite's order. `results`: one for each execution of
/// the row that the job asked for; an execution without a result has one of status error.
std::vector<VerdictRecord> judge_row(const Row& row, const std::vector<RunResult>& results,
                                     const JobScope& scope);

struct JudgeOptions {
  /// Resources ("gpu", "data", "network") without which a claim fails instead of being skipped.
  std::vector<std::string> require;
};

/// What a run directory (docs/formats.md) holds for the executions that its job asked for.
struct StoredRun {
  JobRecord job;
  /// By row: one result for each execution that was asked for. A result that is missing, cannot be
  /// read, belongs to another row, has another key (from another program, recipe, data set or
  /// device) or is of another environment (other_environment) is replaced by a failed one.
  std::map<std::string, std::vector<RunResult>> results;
  std::vector<std::string> left_over;  ///< Other results, as "<row>/<file>".
  Suite suite;                         ///< That of suite.json, with which the job was started.
};

/// Throws Error(kIo), Error(kUsage) and Error(kInvalidJson) for run.json (read_job), and as
/// read_suite_of_run().
StoredRun read_run(const std::filesystem::path& directory);

/// The suite.json of the run. Throws as read_job(), as read_suite() where it cannot be read, and
/// Error(kUsage) where it is missing or not the one that run.json was written for (suite_digest).
Suite read_suite_of_run(const std::filesystem::path& directory);

/// Throws Error(kUsage) for a suite of another name, and for a row of the job that the suite does
/// not have: one that is not judged would be a silent pass.
void require_suite_of(const Job& job, const Suite& suite);

/// Judges a run by a suite, which need not be the one of the run: a changed tolerance costs no new
/// run. Rows in the suite's order. Throws as require_suite_of(), and Error(kUsage) for a row or a
/// data set that is not as it was run (what_was_run): only claims, siblings and the count of images
/// may differ.
JudgedRun judge_run(const StoredRun& run, const Suite& suite, const JudgeOptions& options = {});

/// Reads and judges a run directory.
JudgedRun judge_run(const std::filesystem::path& directory, const Suite& suite,
                    const JudgeOptions& options = {});

}  // namespace harness
