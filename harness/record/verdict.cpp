#include "harness/record/verdict.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/record/schema.h"

namespace harness {
namespace {

constexpr std::string_view kVerdictsSchema = "halfproof.verdicts/1";

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

struct VerdictsDocument {
  std::string schema;
  std::string suite;
  std::int64_t exit = 0;
  std::map<std::string, std::int64_t> counts;
  JudgedRun run;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("schema", self.schema);
    visit("suite", self.suite);
    visit("exit", self.exit);
    visit("counts", self.counts);
    visit("verdicts", self.run.verdicts);
    visit("failed", self.run.failed);
    visit("left_over", self.run.left_over);
    visit("not_asked", self.run.not_asked);
  }
};

}  // namespace

std::string_view to_string(Verdict verdict) noexcept {
  for (const auto& [value, name] : kNames) {
    if (value == verdict) return name;
  }
  return "UNKNOWN";
}

bool read_name(std::string_view name, Verdict& verdict) noexcept {
  for (const auto& [value, known] : kNames) {
    if (name != known) continue;
    verdict = value;
    return true;
  }
  return false;
}

Json to_json(const VerdictRecord& record) {
  return record_to_json(record);
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
  for (const auto& one : run.failed) document["failed"].push_back(record_to_json(one));
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
  return {{"schema", kVerdictsSchema},
          {"suite", suite},
          {"exit", exit_code(records)},
          {"counts", counts},
          {"verdicts", verdicts}};
}

JudgedRun judged_run_from_json(const Json& document, std::string_view suite,
                               std::string_view subject) {
  require_schema(document, kVerdictsSchema, subject, "judge the run again: halfproof judge DIR");
  auto read = record_from_json<VerdictsDocument>(document, subject);
  if (read.suite != suite) {
    throw Error(ErrorCode::kInvalidJson, subject,
                fmt::format("suite: expected verdicts on {}, got some on {}", suite, read.suite));
  }
  const Json expected = verdicts_document(suite, read.run);
  for (const auto* key : {"exit", "counts"}) {
    if (document.at(key) == expected.at(key)) continue;
    throw Error(ErrorCode::kInvalidJson, subject,
                fmt::format("{}: expected {}, as the verdicts say, got {}; judge the run again",
                            key, expected.at(key).dump(), document.at(key).dump()));
  }
  return std::move(read.run);
}

}  // namespace harness
