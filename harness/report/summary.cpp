#include "harness/report/summary.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/number_text.h"
#include "harness/judge/finding.h"
#include "harness/record/experiment.h"
#include "harness/record/job.h"

namespace harness {
namespace {

constexpr std::array kOrder{Verdict::kPass,  Verdict::kFail,    Verdict::kAmbiguous,
                            Verdict::kUnfit, Verdict::kSkipped, Verdict::kNotVerifiable,
                            Verdict::kXfail, Verdict::kXpass};

bool is_failure(Verdict verdict) noexcept {
  return verdict == Verdict::kFail || verdict == Verdict::kXpass;
}

/// `name`: of a stage of `halfproof run`, or of an experiment of `halfproof paper`.
std::string not_asked_text(const std::string& name, std::int64_t count) {
  PaperExperiment experiment{};
  if (read_name(name, experiment)) {
    return fmt::format("Not asked for: {} of {} (--row, --experiment)\n",
                       plural(count, "statement"), name);
  }
  return fmt::format("Not asked for: {} over trainings (--stage {})\n", plural(count, "claim"),
                     name);
}

/// The bytes of "needs about 2.03 GiB" in the reason of a skip for lack of memory; 0 without one.
double needed_bytes(std::string_view reason) {
  constexpr std::string_view kWords = "needs about ";
  constexpr std::array<std::pair<std::string_view, double>, 4> kUnits{
      {{" KiB", 0x1p10}, {" MiB", 0x1p20}, {" GiB", 0x1p30}, {" TiB", 0x1p40}}};
  const auto begin = reason.find(kWords);
  if (begin == std::string_view::npos) return 0.0;
  const std::string text(reason.substr(begin + kWords.size()));
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  const std::string_view unit = end;
  for (const auto& [name, bytes] : kUnits) {
    if (unit.starts_with(name)) return number * bytes;
  }
  return number;
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace

bool is_unverified(Verdict verdict) noexcept {
  return verdict != Verdict::kPass && verdict != Verdict::kXfail && !is_failure(verdict);
}

std::string counts_text(const std::vector<VerdictRecord>& records) {
  std::vector<std::string> counts;
  for (const auto verdict : kOrder) {
    const auto count =
        std::count_if(records.begin(), records.end(),
                      [=](const VerdictRecord& record) { return record.verdict == verdict; });
    if (count > 0) counts.push_back(fmt::format("{} {}", count, to_string(verdict)));
  }
  return counts.empty() ? "no claim was judged" : fmt::format("{}", fmt::join(counts, " · "));
}

std::vector<UnverifiedClaims> unverified(const std::vector<VerdictRecord>& records) {
  std::vector<UnverifiedClaims> groups;
  for (const auto& record : records) {
    if (!is_unverified(record.verdict)) continue;
    const std::string resource = missing_resource(record.reason);
    auto group = std::find_if(groups.begin(), groups.end(), [&](const UnverifiedClaims& candidate) {
      const bool is_same =
          resource.empty() ? candidate.reason == record.reason : candidate.resource == resource;
      return is_same && candidate.verdict == record.verdict;
    });
    if (group == groups.end()) {
      groups.push_back({{}, record.verdict, resource, record.reason, {}});
      group = std::prev(groups.end());
    }
    // What suffices for the others does not for the one that needs most.
    if (resource == "memory" && needed_bytes(record.reason) > needed_bytes(group->reason)) {
      group->reason = record.reason;
    }
    add_once(group->claims, record.claim);
    add_once(group->rows, record.row);
  }
  return groups;
}

std::string remedy(const UnverifiedClaims& claims, std::string_view suite) {
  const std::string& resource = claims.resource;
  if (resource == "network") {
    return fmt::format(
        "on a machine with a network, `halfproof fetch {}` gets the files; --cache names the "
        "folder to take along",
        suite);
  }
  if (resource == "data") {
    return fmt::format("`halfproof run {} --data DIR` names the data set's folder", suite);
  }
  if (resource == "gpu") return "`halfproof doctor` says what --device cuda lacks";
  if (resource == "memory") {
    return fmt::format("{}a machine with at least that much free, or a GPU, judges them",
                       claims.rows.size() > 1 ? "the largest of the rows; " : "");
  }
  if (resource == "worker") return "`ci/quickstart` makes one";
  const std::string_view reason = claims.reason;
  if (!reason.starts_with(kNotAskedFor)) return "";
  const std::string_view rest = reason.substr(kNotAskedFor.size());
  return fmt::format("`halfproof run {} --stage {}` does", suite,
                     stage_that_brings(rest.substr(0, rest.find(' '))));
}

std::vector<FailedRow> failed(const std::vector<VerdictRecord>& records) {
  std::vector<FailedRow> rows;
  for (const auto& record : records) {
    if (!is_failure(record.verdict)) continue;
    if (rows.empty() || rows.back().row != record.row) rows.push_back({record.row, {}});
    rows.back().claims.push_back(record.claim);
  }
  return rows;
}

std::string notes_text(const JudgedRun& run) {
  std::string text;
  for (const auto& [name, count] : run.not_asked) text += not_asked_text(name, count);
  if (!run.failed.empty()) text += "Failed to run:\n";
  for (const auto& [row, execution, reason] : run.failed) {
    text += fmt::format("  {}, {}: {}\n", row, execution, reason);
  }
  if (run.left_over.empty()) return text;
  text += "Not judged, left over from other jobs:\n";
  for (const auto& file : run.left_over) text += fmt::format("  {}\n", file);
  return text;
}

}  // namespace harness
