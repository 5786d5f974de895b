#include "harness/judge/judge.h"

#include <algorithm>
#include <string_view>

#include "harness/base/error.h"
#include "harness/judge/claims.h"

namespace harness {
namespace {

constexpr std::string_view kSchema = "halfproof.job/1";

struct Job {
  std::vector<std::string> rows;
  JobScope scope;
};

Job read_job(const std::filesystem::path& path) {
  const Json value = read_json_file(path);
  try {
    if (value.at("schema") != kSchema) {
      throw Error(ErrorCode::kInvalidJson, path.string(),
                  "expected schema " + std::string(kSchema) + ", got " + value.at("schema").dump());
    }
    Job job;
    job.rows = value.at("rows").get<std::vector<std::string>>();
    job.scope.stages = value.at("stages").get<std::vector<std::string>>();
    job.scope.precisions = value.at("precisions").get<std::vector<std::string>>();
    return job;
  } catch (const nlohmann::json::exception& failure) {
    throw Error(ErrorCode::kInvalidJson, path.string(), failure.what());
  }
}

bool contains(const std::vector<std::string>& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

/// A row that was run and is not judged would be a silent pass.
void check_rows(const Job& job, const Suite& suite) {
  for (const auto& id : job.rows) {
    const bool known = std::any_of(suite.rows.begin(), suite.rows.end(),
                                   [&](const Row& row) { return row.id == id; });
    if (known) continue;
    throw Error(ErrorCode::kUsage, id,
                "expected every row of the run in the suite " + suite.name +
                    ", got one that it does not have; judge by the suite that was run");
  }
}

std::vector<RunResult> read_row(const std::filesystem::path& folder, const Row& row) {
  auto results = read_run_results(folder);
  for (const auto& result : results) {
    if (result.row == row.id) continue;
    throw Error(ErrorCode::kInvalidJson, folder.string(),
                "expected results of the row " + row.id + ", got one of " + result.row);
  }
  return results;
}

std::vector<VerdictRecord> fail_row(const Row& row, const std::string& reason) {
  std::vector<VerdictRecord> records;
  for (const auto& claim : row.claims) {
    VerdictRecord record;
    record.row = row.id;
    record.claim = claim.id;
    record.evidence = claim.evidence;
    record.published = claim.value;
    record.unit = claim.unit;
    record.verdict = Verdict::kFail;
    record.reason = reason;
    records.push_back(record);
  }
  return records;
}

}  // namespace

std::vector<VerdictRecord> judge_row(const Row& row, const std::vector<RunResult>& results,
                                     const JobScope& scope) {
  std::vector<VerdictRecord> records;
  for (const auto& claim : row.claims) {
    // Training takes hours: who did not ask for it is not told of every claim that it would need.
    const char* stage = claim.id == "retrain.lockstep" ? "lockstep" : "train";
    if (claim.evidence == "retrained" && !scope.asks_for_stage(stage)) continue;
    records.push_back(judge_claim({row, claim, results, scope}));
  }
  return records;
}

std::vector<VerdictRecord> judge_run(const std::filesystem::path& directory, const Suite& suite,
                                     const JudgeOptions& options) {
  Job job = read_job(directory / "run.json");
  job.scope.require = options.require;
  check_rows(job, suite);
  std::vector<VerdictRecord> records;
  for (const auto& row : suite.rows) {
    if (!job.rows.empty() && !contains(job.rows, row.id)) continue;
    std::vector<VerdictRecord> of_row;
    try {
      of_row = judge_row(row, read_row(directory / row.id, row), job.scope);
    } catch (const Error& failure) {
      of_row = fail_row(row, std::string("the results cannot be read: ") + failure.what());
    }
    records.insert(records.end(), of_row.begin(), of_row.end());
  }
  return records;
}

}  // namespace harness
