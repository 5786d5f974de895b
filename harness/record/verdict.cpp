#include "harness/record/verdict.h"

#include <algorithm>
#include <array>
#include <utility>

namespace harness {
namespace {

constexpr std::array<std::pair<Verdict, std::string_view>, 8> kNames{{
    {Verdict::kPass, "PASS"},
    {Verdict::kFail, "FAIL"},
    {Verdict::kAmbiguous, "AMBIGUOUS"},
    {Verdict::kUnfit, "UNFIT"},
    {Verdict::kSkipped, "SKIPPED"},
    {Verdict::kNotVerifiable, "NOT_VERIFIABLE"},
    {Verdict::kXfail, "XFAIL"},
    {Verdict::kXpass, "XPASS"},
}};

}  // namespace

std::string_view to_string(Verdict verdict) noexcept {
  for (const auto& [value, name] : kNames) {
    if (value == verdict) return name;
  }
  return "UNKNOWN";
}

Json to_json(const VerdictRecord& record) {
  return {{"row", record.row},
          {"claim", record.claim},
          {"evidence", record.evidence},
          {"precision", record.precision},
          {"published", record.published},
          {"measured", record.measured},
          {"unit", record.unit},
          {"tolerance", record.tolerance},
          {"verdict", to_string(record.verdict)},
          {"reason", record.reason}};
}

int exit_code(const std::vector<VerdictRecord>& records) noexcept {
  const auto any = [&records](Verdict first, Verdict second) {
    return std::any_of(records.begin(), records.end(), [=](const VerdictRecord& record) {
      return record.verdict == first || record.verdict == second;
    });
  };
  if (any(Verdict::kFail, Verdict::kXpass)) return 1;
  if (any(Verdict::kAmbiguous, Verdict::kAmbiguous)) return 3;
  if (any(Verdict::kPass, Verdict::kXfail)) return 0;
  return 77;
}

int exit_code(const JudgedRun& run) noexcept {
  return run.failed.empty() ? exit_code(run.verdicts) : 1;
}

Json verdicts_document(std::string_view suite, const JudgedRun& run) {
  Json document = verdicts_document(suite, run.verdicts);
  document["exit"] = exit_code(run);
  document["failed"] = Json::array();
  for (const auto& [row, execution, reason] : run.failed) {
    document["failed"].push_back({{"row", row}, {"execution", execution}, {"reason", reason}});
  }
  document["left_over"] = run.left_over;
  document["not_asked"] = Json::object();
  for (const auto& [stage, claims] : run.not_asked) document["not_asked"][stage] = claims;
  return document;
}

Json verdicts_document(std::string_view suite, const std::vector<VerdictRecord>& records) {
  Json counts = Json::object();
  for (const auto& [value, name] : kNames) {
    const auto count =
        std::count_if(records.begin(), records.end(),
                      [value = value](const VerdictRecord& r) { return r.verdict == value; });
    if (count > 0) counts[name] = count;
  }
  Json verdicts = Json::array();
  for (const auto& record : records) verdicts.push_back(to_json(record));
  return {{"schema", "halfproof.verdicts/1"},
          {"suite", suite},
          {"exit", exit_code(records)},
          {"counts", counts},
          {"verdicts", verdicts}};
}

}  // namespace harness
