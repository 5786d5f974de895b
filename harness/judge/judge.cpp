#include "harness/judge/judge.h"

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/text.h"
#include "harness/judge/claims.h"
#include "harness/judge/record_cache.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

/// The result of an execution that left no valid one: a failure.
RunResult failed(const AskedExecution& asked, std::string reason) {
  RunResult result;
  result.row = asked.row;
  result.stage = asked.stage;
  result.precision = asked.precision;
  result.seed = asked.seed;
  result.key = asked.key;
  result.status = RunStatus::kError;
  result.reason = std::move(reason);
  return result;
}

/// Why the result is not that of the execution, "" when it is.
std::string mismatch(const RunResult& result, const AskedExecution& asked, const JobRecord& job) {
  if (!asked.is_same_as({result.row, result.stage, result.precision, result.seed, ""})) {
    return fmt::format("holds a result of {}, {}", result.row,
                       execution_text(result.stage, result.precision, result.seed));
  }
  if (result.key != asked.key) {
    return "is left over from a job with another program, recipe, data set or device";
  }
  if (result.suite != job.suite) return fmt::format("is of the suite \"{}\"", result.suite);
  // Examining a file computes on no device.
  const bool fits = result.device.empty() == (result.stage == "examine") &&
                    (result.device.empty() || result.device == job.device);
  if (!fits) return fmt::format("is of the device \"{}\"", result.device);
  // What was not measured was measured nowhere else.
  if (result.status != RunStatus::kOk) return "";
  const std::string other = other_environment(job, result.stage, result.environment);
  return other.empty() ? "" : fmt::format("is of another environment: {}", other);
}

/// The result of the execution, or the failure that it counts as.
RunResult read_asked(const fs::path& directory, const AskedExecution& asked, const JobRecord& job) {
  const std::string name = run_result_name(asked.stage, asked.precision, asked.seed);
  const fs::path file = directory / asked.row / name;
  if (!fs::exists(file)) return failed(asked, "it was asked for and left no result");
  if (asked.key.empty()) return failed(asked, "it was asked for and never begun");
  try {
    RunResult result = run_result_from_json(read_json_file(file), name);
    const std::string why = mismatch(result, asked, job);
    return why.empty() ? result : failed(asked, fmt::format("{} {}", name, why));
  } catch (const Error& error) {
    return failed(asked, fmt::format("its result cannot be read: {}", error.what()));
  }
}

/// The suite that the job was started with: a job that died between writing its suite.json and its
/// run.json leaves that of another job, whose results would be judged by claims they do not bear
/// on.
Suite read_suite_of(const fs::path& directory, const JobRecord& job) {
  const fs::path file = directory / "suite.json";
  const auto refuse = [&](std::string_view found) {
    throw Error(ErrorCode::kUsage, directory.string(),
                fmt::format("expected a suite.json with run.json's suite_digest, {}, got {}: the "
                            "start of a job was cut off; run it again",
                            job.suite_digest, found));
  };
  if (!fs::exists(file)) refuse("none");
  Suite suite = read_suite(file);
  if (suite.digest != job.suite_digest) refuse(suite.digest);
  return suite;
}

/// Results below the directory, as "<row>/<file>", that the job did not ask for.
std::vector<std::string> left_over(const fs::path& directory, const JobRecord& job) {
  std::set<std::string> asked;
  for (const auto& one : job.asked) {
    asked.insert(
        fmt::format("{}/{}", one.row, run_result_name(one.stage, one.precision, one.seed)));
  }
  std::set<std::string> others;
  for (const auto& folder : fs::directory_iterator(directory)) {
    if (!folder.is_directory() || folder.path().filename() == "paper") continue;
    for (const auto& entry : fs::directory_iterator(folder)) {
      const std::string name = entry.path().lexically_relative(directory).string();
      if (entry.path().extension() == ".json" && !asked.contains(name)) others.insert(name);
    }
  }
  return {others.begin(), others.end()};
}

/// The members of `one` that `other` does not have, or has otherwise.
Json members_beside(const Json& one, const Json& other) {
  Json members = Json::object();
  for (const auto& [name, value] : one.items()) {
    if (!other.contains(name) || other.at(name) != value) members[name] = value;
  }
  return members;
}

/// Another recipe's, data set's or file's results prove nothing of this one.
void require_rows_as_run(const Suite& run, const Suite& suite) {
  for (const auto& row : suite.rows) {
    const auto same = std::ranges::find(run.rows, row.id, &Row::id);
    if (same == run.rows.end()) continue;
    const Json before = what_was_run(run, *same);
    const Json now = what_was_run(suite, row);
    if (now == before) continue;
    throw Error(
        ErrorCode::kUsage, row.id,
        fmt::format("expected the row and the data set as they were run, {}, got {}; judge "
                    "by a suite that differs in claims alone, or run the row again",
                    members_beside(before, now).dump(), members_beside(now, before).dump()));
  }
}

bool is_required(const JudgeOptions& options, const std::string& resource) {
  return !resource.empty() && contains(options.require, resource);
}

std::vector<FailedExecution> failed_executions(const StoredRun& run, const JudgeOptions& options) {
  std::vector<FailedExecution> list;
  for (const auto& [row, results] : run.results) {
    for (const auto& result : results) {
      const bool failed = result.status == RunStatus::kError ||
                          (result.status == RunStatus::kSkipped &&
                           is_required(options, missing_resource(result.reason)));
      if (!failed) continue;
      list.push_back(
          {row, execution_text(result.stage, result.precision, result.seed), result.reason});
    }
  }
  return list;
}

}  // namespace

std::string optional_stage(const Claim& claim) {
  if (claim.evidence != "retrained" || !has_rule(claim)) return "";
  return claim.id == "retrain.lockstep" ? "lockstep" : "train";
}

void require_suite_of(const Job& job, const Suite& suite) {
  if (suite.name != job.suite) {
    throw Error(ErrorCode::kUsage, suite.name,
                fmt::format("expected the suite that was run, {}; judge by that one", job.suite));
  }
  for (const auto& id : job.rows) {
    const bool known = std::any_of(suite.rows.begin(), suite.rows.end(),
                                   [&](const Row& row) { return row.id == id; });
    if (known) continue;
    throw Error(ErrorCode::kUsage, id,
                fmt::format("expected every row of the run in the suite {}, got one that it does "
                            "not have; judge by the suite that was run",
                            suite.name));
  }
}

std::vector<VerdictRecord> judge_row(const Row& row, const std::vector<RunResult>& results,
                                     const JobScope& scope) {
  std::vector<VerdictRecord> records;
  RecordCache cache;
  for (const auto& claim : row.claims) {
    const std::string stage = optional_stage(claim);
    if (!stage.empty() && !scope.asks_for_stage(stage)) continue;
    records.push_back(judge_claim({row, claim, results, scope, &cache}));
  }
  return records;
}

Suite read_suite_of_run(const fs::path& directory) {
  return read_suite_of(directory, read_job(directory));
}

StoredRun read_run(const fs::path& directory) {
  StoredRun run;
  run.job = read_job(directory);
  run.suite = read_suite_of(directory, run.job);
  for (const auto& asked : run.job.asked) {
    run.results[asked.row].push_back(read_asked(directory, asked, run.job));
  }
  run.left_over = left_over(directory, run.job);
  return run;
}

JudgedRun judge_run(const StoredRun& run, const Suite& suite, const JudgeOptions& options) {
  require_suite_of(run.job, suite);
  require_rows_as_run(run.suite, suite);
  const JobScope scope{run.job.stages, run.job.precisions, options.require, suite.data,
                       run.job.started};
  JudgedRun judged;
  for (const auto& row : suite.rows) {
    if (!contains(run.job.rows, row.id)) continue;
    const auto found = run.results.find(row.id);
    const auto records = judge_row(
        row, found == run.results.end() ? std::vector<RunResult>() : found->second, scope);
    judged.verdicts.insert(judged.verdicts.end(), records.begin(), records.end());
    for (const auto& claim : row.claims) {
      const std::string stage = optional_stage(claim);
      if (!stage.empty() && !scope.asks_for_stage(stage)) ++judged.not_asked[stage];
    }
  }
  judged.failed = failed_executions(run, options);
  judged.left_over = run.left_over;
  return judged;
}

JudgedRun judge_run(const fs::path& directory, const Suite& suite, const JudgeOptions& options) {
  return judge_run(read_run(directory), suite, options);
}

}  // namespace harness
