#include "harness/judge/outlook.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/base/measurement.h"
#include "harness/base/text.h"
#include "harness/judge/claims.h"
#include "harness/judge/evidence.h"
#include "harness/judge/judge.h"
#include "harness/judge/rules/evaluated/hardware_claims.h"
#include "harness/judge/rules/evaluated/speed_claims.h"

namespace harness {
namespace {

bool is_about_files(const Claim& claim) {
  return claim.evidence == "file" || claim.evidence == "log";
}

bool is_of_training(const Claim& claim) {
  return text_at(claim.conditions, {"stage"}) == "train";
}

std::vector<NeededResult> needed_of_speed(const ClaimContext& context) {
  const std::string own = row_precision(context.row);
  const std::string& id = context.claim.id;
  if (id == "fps" && !is_timed(context)) return {{"evaluate", own}};
  std::vector<NeededResult> needed = {{"speed", own}};
  const bool has_fp32 =
      id == "fps.ratio" || (id == "kernels" && context.scope.asks_for_precision("fp32"));
  if (has_fp32 && own != "fp32") needed.push_back({"speed", "fp32"});
  return needed;
}

std::vector<NeededResult> needed_of_memory(const ClaimContext& context) {
  const std::string own = row_precision(context.row);
  if (context.claim.id == "memory.ratio") return {{"memory", own}, {"memory", "fp32"}};
  return {{is_of_training(context.claim) ? "memory" : "evaluate", own}};
}

std::vector<NeededResult> needed_of_training(const ClaimContext& context) {
  const std::string& id = context.claim.id;
  const std::string half = half_precision(context.row);
  if (id == "retrain.lockstep") return {{"lockstep", half}};
  if (id == "retrain.parity" || id == "retrain.memory") {
    return {{"train", half}, {"train", "fp32"}};
  }
  return {{"train", row_precision(context.row)}};
}

/// A comparison that will take place, unless there is a reason why it says nothing.
Finding compared_unless(std::string unfit_reason) {
  if (unfit_reason.empty()) return pass_or_fail(true, nullptr, "to be measured");
  return unfit(std::move(unfit_reason), kNotMeasured);
}

/// What a measurement will say of the claim: a comparison, or why there is none.
Finding foreseen_finding(const ClaimContext& context, const RunResult& result,
                         const SpeedSetup& setup) {
  const Claim& claim = context.claim;
  const bool is_timed = result.stage == "speed";
  if (claim.id == "memory" && is_of_training(claim)) {
    return compared_unless(unfit_computation(claim.conditions, context.row));
  }
  std::string why = is_timed ? unfit_timing(context, result, setup) : "";
  if (claim.id != "memory" && claim.id != "fps") return compared_unless(std::move(why));
  if (!is_timed) why = unfitness(claim, context.row, result);
  auto absence = unjudgeable(claim, result, std::move(why), kNotMeasured);
  return absence ? *absence : compared_unless("");
}

/// Why one of the results will not be there; nullopt where all will.
std::optional<Finding> first_absence(const ClaimContext& context,
                                     const std::vector<NeededResult>& needed) {
  for (const auto& [stage, precision] : needed) {
    auto evidence = find_result(context, stage, precision);
    if (evidence.absence) return evidence.absence;
  }
  return std::nullopt;
}

bool is_asked(const JobScope& scope, const NeededResult& needed) {
  return scope.asks_for_stage(needed.stage) && scope.asks_for_precision(needed.precision);
}

/// The rule itself where nothing that it reads will be there; it may count what is lost otherwise
/// than find_result() does.
VerdictRecord foreseen_verdict(const ClaimContext& context, const std::vector<NeededResult>& needed,
                               const SpeedSetup& setup) {
  const auto is_there = [&](const NeededResult& one) {
    return !find_result(context, one.stage, one.precision).absence;
  };
  if (std::none_of(needed.begin(), needed.end(), is_there)) return judge_claim(context);
  if (auto absence = first_absence(context, needed)) return conclude(context, *absence);
  const auto measured = find_result(context, needed.front().stage, needed.front().precision);
  return conclude(context, foreseen_finding(context, *measured.result, setup));
}

Prospect prospect_of(const VerdictRecord& verdict, const ClaimContext& context,
                     const std::vector<NeededResult>& needed) {
  const auto lacks = [&](const NeededResult& one) { return !is_asked(context.scope, one); };
  const bool is_unread = is_about_files(context.claim) && !context.scope.asks_for_stage("examine");
  switch (verdict.verdict) {
    case Verdict::kFail:
      return Prospect::kFails;
    case Verdict::kUnfit:
      return Prospect::kUnfit;
    case Verdict::kNotVerifiable:
      return Prospect::kNotVerifiable;
    case Verdict::kSkipped:
      return is_unread || std::any_of(needed.begin(), needed.end(), lacks) ? Prospect::kNotAsked
                                                                           : Prospect::kSkipped;
    default:
      return Prospect::kJudged;
  }
}

}  // namespace

std::string_view to_string(Prospect prospect) noexcept {
  switch (prospect) {
    case Prospect::kJudged:
      return "judged";
    case Prospect::kFails:
      return "fails";
    case Prospect::kUnfit:
      return "unfit";
    case Prospect::kSkipped:
      return "skipped";
    case Prospect::kNotVerifiable:
      return "not_verifiable";
    case Prospect::kNotAsked:
      return "not_asked";
  }
  return "";
}

std::vector<NeededResult> needed_results(const ClaimContext& context) {
  const Claim& claim = context.claim;
  if (!has_rule(claim) || is_about_files(claim)) return {};
  if (claim.evidence == "retrained") return needed_of_training(context);
  const std::string family = claim.id.substr(0, claim.id.find('.'));
  if (family == "memory") return needed_of_memory(context);
  if (family == "fps" || family == "kernels") return needed_of_speed(context);
  if (family == "parity") return {{"parity", half_precision(context.row)}};
  if (claim.id == "range") return {{"evaluate", half_precision(context.row)}};
  const bool is_six_scales = claim.id == "miou_ms_flip";
  return {{is_six_scales ? "evaluate_ms_flip" : "evaluate", row_precision(context.row)}};
}

ClaimOutlook foresee_claim(const ClaimContext& context, const SpeedSetup& setup) {
  ClaimOutlook outlook;
  outlook.row = context.row.id;
  outlook.claim = context.claim.id;
  outlook.evidence = context.claim.evidence;
  outlook.rests_on = needed_results(context);
  const std::string stage = optional_stage(context.claim);
  if (!stage.empty() && !context.scope.asks_for_stage(stage)) {
    outlook.prospect = Prospect::kNotAsked;
    outlook.reason = std::string(kNotAskedFor) + stage;
    return outlook;
  }
  const VerdictRecord verdict = outlook.rests_on.empty()
                                    ? judge_claim(context)
                                    : foreseen_verdict(context, outlook.rests_on, setup);
  outlook.prospect = prospect_of(verdict, context, outlook.rests_on);
  if (outlook.prospect != Prospect::kJudged) outlook.reason = verdict.reason;
  if (outlook.prospect == Prospect::kSkipped) outlook.resource = missing_resource(verdict.reason);
  return outlook;
}

}  // namespace harness
