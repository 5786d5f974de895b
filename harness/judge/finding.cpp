#include "harness/judge/finding.h"

#include <array>
#include <cmath>
#include <utility>

#include "harness/base/text.h"
#include "harness/record/job.h"

namespace harness {

bool JobScope::asks_for_stage(std::string_view stage) const {
  return stages.empty() || contains(stages, stage) || contains(stages, stage_that_brings(stage));
}

bool JobScope::asks_for_precision(std::string_view precision) const {
  return precisions.empty() || contains(precisions, precision);
}

Finding fail_unmeasured(std::string reason) {
  Finding finding;
  finding.reason = std::move(reason);
  return finding;
}

Finding skipped(std::string reason, std::string resource) {
  Finding finding;
  finding.verdict = Verdict::kSkipped;
  finding.reason = std::move(reason);
  finding.resource = std::move(resource);
  return finding;
}

Finding not_verifiable(std::string reason) {
  Finding finding;
  finding.verdict = Verdict::kNotVerifiable;
  finding.reason = std::move(reason);
  return finding;
}

Finding pass_or_fail(bool pass, Json measured, std::string reason) {
  Finding finding;
  finding.verdict = pass ? Verdict::kPass : Verdict::kFail;
  finding.reason = std::move(reason);
  finding.measured = std::move(measured);
  finding.compared = true;
  return finding;
}

Finding with_measured(Finding finding, double measured) {
  if (std::isfinite(measured)) finding.measured = measured;
  return finding;
}

Finding in_precision(Finding finding, std::string precision) {
  finding.precision = std::move(precision);
  return finding;
}

std::string missing_resource(std::string_view reason) {
  constexpr std::array<std::pair<std::string_view, const char*>, 5> kResources{
      {{kNoGpu, "gpu"},
       {kNoData, "data"},
       {kNoNetwork, "network"},
       {kNoMemory, "memory"},
       {kNoWorker, "worker"}}};
  for (const auto& [words, resource] : kResources) {
    const bool starts = reason.substr(0, words.size()) == words;
    const bool ends_there = reason.size() <= words.size() || reason[words.size()] == ':';
    if (starts && ends_there) return resource;
  }
  return "";
}

}  // namespace harness
