#include "harness/judge/acceptance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/error.h"
#include "harness/judge/hardware.h"
#include "harness/judge/rules/retrained/trainings.h"
#include "harness/judge/statistics/statistics.h"
#include "harness/table/claim_kind.h"

namespace harness {
namespace {

[[noreturn]] void refuse(const Row& row, std::string_view claim, const std::string& detail) {
  throw Error(ErrorCode::kUsage, fmt::format("{} of {}", claim, row.id), detail);
}

const Claim& find_reference(const Row& row, std::string_view id) {
  const Claim* claim = row.find_claim(id);
  if (claim == nullptr) {
    std::vector<std::string> ids;
    for (const auto& one : row.claims) ids.push_back(one.id);
    refuse(row, id,
           fmt::format("expected one of the row's claims ({}), got {}", fmt::join(ids, ", "), id));
  }
  const ClaimKind* kind = find_claim_kind(id);
  if (kind == nullptr || !is_reference(*kind)) {
    refuse(
        row, id,
        "expected a claim whose value is a measurement, got one whose value is demanded: a file, "
        "a config or an arithmetic that is otherwise is no new reference");
  }
  return *claim;
}

/// The verdict on the claim by the suite with the claim in the place of its own.
VerdictRecord verdict_on(const StoredRun& run, Suite suite, const Row& row, const Claim& claim) {
  // Only this row's records are read.
  const std::string id = row.id;
  const auto found = std::ranges::find(suite.rows, id, &Row::id);
  std::ranges::replace_if(
      found->claims, [&](const Claim& one) { return one.id == claim.id; }, claim);
  for (auto& record : judge_run(run, suite).verdicts) {
    if (record.row == id && record.claim == claim.id) return record;
  }
  refuse(row, claim.id,
         "expected a claim that the run judged, got one for which the job was not asked; run "
         "the stage that it needs");
}

/// Who is too noisy to be judged is too noisy to judge others by; what passes needs nothing.
void require_failed(const Row& row, const VerdictRecord& verdict) {
  const bool failed = verdict.verdict == Verdict::kFail || verdict.verdict == Verdict::kXfail;
  if (!failed) {
    refuse(row, verdict.claim,
           fmt::format("expected a claim that was measured and missed (FAIL or XFAIL), got {}: {}",
                       to_string(verdict.verdict), verdict.reason));
  }
  if (verdict.measured.is_number() && std::isfinite(verdict.measured.get<double>())) return;
  refuse(row, verdict.claim,
         fmt::format("expected a measured number, got {}: {}", verdict.measured.dump(),
                     verdict.reason));
}

/// A number as a table prints it: the published digits, so that the tolerance, of which their
/// rounding is a part, stays what it was.
Json printed(double measured, int digits) {
  if (digits < 0) return measured;
  return plain_number(std::strtod(fmt::format("{:.{}f}", measured, digits).c_str(), nullptr));
}

/// mIoU of the row's trainings in that arithmetic.
std::vector<double> trained_mious(const ClaimContext& context, const std::string& precision) {
  std::vector<double> values;
  for (const auto& training : read_trainings(context, precision)) {
    if (training.status == RunStatus::kOk) values.push_back(training.record.miou);
  }
  return values;
}

std::string hardware_of(const std::vector<RunResult>& results, const std::string& precision) {
  const auto computed = [&](const RunResult& result) {
    return result.status == RunStatus::kOk && !result.device.empty() &&
           (precision.empty() || result.precision == precision);
  };
  const auto found = std::ranges::find_if(results, computed);
  return found == results.end() ? "unknown hardware" : harness::hardware_of(*found);
}

Acceptance provenance(const StoredRun& run, std::string_view digest, const Claim& claim,
                      const std::vector<RunResult>& results, const VerdictRecord& verdict) {
  Acceptance accepted;
  accepted.run = digest;
  accepted.date = run.job.started;
  const BuildRecord& build = run.job.environment.build;
  accepted.commit = build.commit + (build.dirty ? "-dirty" : "");
  accepted.hardware = hardware_of(results, verdict.precision);
  accepted.n = 1;
  accepted.spread = std::numeric_limits<double>::quiet_NaN();
  // What was published first stays known, however often it is replaced.
  accepted.published = claim.accepted ? claim.accepted->published : claim.value;
  accepted.published_digits = claim.accepted ? claim.accepted->published_digits : claim.digits;
  accepted.published_source = claim.accepted ? claim.accepted->published_source : claim.source;
  return accepted;
}

void take_trainings(Claim& claim, const std::vector<double>& mious) {
  const Sample sample = sample_of(mious);
  claim.accepted->n = static_cast<std::int64_t>(sample.n);
  claim.accepted->spread = sample.sd;
  if (claim.conditions.contains("reference_runs")) claim.conditions["reference_runs"] = mious;
}

void require_pass(const Row& row, const Claim& claim, const VerdictRecord& verdict) {
  if (claim.value == 0 && verdict.measured != 0) {
    refuse(row, claim.id,
           fmt::format("expected a number that its {} printed digits show, measured {}",
                       claim.digits, verdict.measured.dump()));
  }
  if (verdict.verdict == Verdict::kPass) return;
  refuse(row, claim.id,
         fmt::format("expected a claim that passes with what was measured as its value, got {}: {}",
                     to_string(verdict.verdict), verdict.reason));
}

}  // namespace

void require_suite_as_run(const StoredRun& run, std::string_view digest, const Suite& suite) {
  Suite before = suite;
  for (auto& row : before.rows) {
    const auto then = std::ranges::find(run.suite.rows, row.id, &Row::id);
    for (auto& claim : row.claims) {
      if (!claim.accepted || claim.accepted->run != digest) continue;
      const Claim* judged = then == run.suite.rows.end() ? nullptr : then->find_claim(claim.id);
      if (judged != nullptr) claim = *judged;
    }
  }
  if (suite.digest == run.suite.digest || to_json(before) == to_json(run.suite)) return;
  throw Error(ErrorCode::kUsage, suite.name,
              fmt::format("expected the suite that was run ({}), but for what was accepted from "
                          "this run, got another ({}); run it again",
                          run.suite.digest.substr(0, 12), suite.digest.substr(0, 12)));
}

Claim accepted_claim(const StoredRun& run, std::string_view digest, const Suite& suite,
                     const Row& row, std::string_view claim_id, const std::string& reason) {
  Claim claim = find_reference(row, claim_id);
  if (reason.find_first_not_of(" \t\r\n") == reason.npos) {
    refuse(row, claim_id, "expected a reason for the new reference, got none");
  }
  const VerdictRecord verdict = verdict_on(run, suite, row, claim);
  require_failed(row, verdict);
  const auto found = run.results.find(row.id);
  const std::vector<RunResult> results =
      found == run.results.end() ? std::vector<RunResult>() : found->second;
  claim.accepted = provenance(run, digest, claim, results, verdict);
  claim.accepted->reason = reason;
  claim.value = printed(verdict.measured.get<double>(), claim.digits);
  claim.source = {"run.json", 0, fmt::format("{} {}", run.job.started, verdict.precision)};
  claim.expected_failure.clear();
  claim.expires.clear();
  if (claim.id == "retrain.miou") {
    const JobScope scope{run.job.stages, run.job.precisions, {}, suite.data, run.job.started};
    take_trainings(claim, trained_mious({row, claim, results, scope}, verdict.precision));
  }
  require_pass(row, claim, verdict_on(run, suite, row, claim));
  return claim;
}

}  // namespace harness
