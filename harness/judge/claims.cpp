#include "harness/judge/claims.h"

#include <algorithm>
#include <array>
#include <utility>

#include "harness/judge/rules/evaluated/evaluated_claims.h"
#include "harness/judge/rules/evaluated/forward_claims.h"
#include "harness/judge/rules/evaluated/hardware_claims.h"
#include "harness/judge/rules/evaluated/parity_claims.h"
#include "harness/judge/rules/file/config_agreement.h"
#include "harness/judge/rules/file/config_claims.h"
#include "harness/judge/rules/file/content_claims.h"
#include "harness/judge/rules/file/dtype_claim.h"
#include "harness/judge/rules/file/file_claims.h"
#include "harness/judge/rules/file/log_claims.h"
#include "harness/judge/rules/file/origin.h"
#include "harness/judge/rules/retrained/lockstep_claims.h"
#include "harness/judge/rules/retrained/retrained_miou.h"
#include "harness/judge/rules/retrained/training_claims.h"
#include "harness/judge/rules/retrained/training_parity.h"
#include "harness/judge/rules/retrained/training_scale.h"

namespace harness {
namespace {

constexpr std::array<std::pair<std::string_view, ClaimRule>, 34> kRules{{
    {"hash", judge_hash},
    {"format", judge_format},
    {"tensors", judge_tensors},
    {"dtypes", judge_dtypes},
    {"origin", judge_origin},
    {"classes", judge_classes},
    {"zero_tensors", judge_zero_tensors},
    {"duplicates", judge_duplicates},
    {"optimizer", judge_optimizer},
    {"config", judge_config},
    {"config.crop", judge_crop},
    {"config.iterations", judge_iterations},
    {"loss_scale", judge_loss_scale},
    {"finite", judge_finite},
    {"log.config", judge_log_config},
    {"log.miou", judge_log_miou},
    {"miou", judge_miou},
    {"miou_ms_flip", judge_miou_ms_flip},
    {"parity", judge_parity},
    {"parity.pixels", judge_parity_pixels},
    {"parity.logits", judge_parity_logits},
    {"finite.forward", judge_finite_forward},
    {"range", judge_range},
    {"memory", judge_memory},
    {"fps", judge_fps},
    {"retrain.miou", judge_retrained_miou},
    {"retrain.parity", judge_retrained_parity},
    {"retrain.lockstep", judge_lockstep},
    {"retrain.loss_scale", judge_retrained_loss_scale},
    {"retrain.loss_scale.recovers", judge_retrained_recovery},
    {"retrain.skipped", judge_retrained_skips},
    {"retrain.arithmetic", judge_retrained_arithmetic},
    {"retrain.finite", judge_retrained_finite},
    {"retrain.memory", judge_retrained_memory},
}};

Finding apply_rule(const ClaimContext& context) {
  const ClaimRule rule = find_rule(context.claim.id);
  if (rule == nullptr) return missing("halfproof knows no rule for the claim " + context.claim.id);
  const bool is_retrained = context.claim.id.rfind("retrain.", 0) == 0;
  if ((context.claim.evidence == "retrained") != is_retrained) {
    return missing("halfproof knows no rule for " + context.claim.id + " by the evidence \"" +
                   context.claim.evidence + "\"");
  }
  return rule(context);
}

void excuse_unpublished(const Claim& claim, Finding& finding) {
  if (!claim.value.is_null()) return;
  const bool has_more = finding.verdict == Verdict::kNotVerifiable && !finding.measured.is_null();
  finding.reason = "the source does not publish it" + (has_more ? "; " + finding.reason : "");
  finding.verdict = Verdict::kNotVerifiable;
}

void require_resources(const JobScope& scope, Finding& finding) {
  const bool required = std::find(scope.require.begin(), scope.require.end(), finding.resource) !=
                        scope.require.end();
  if (finding.verdict != Verdict::kSkipped || finding.resource.empty() || !required) return;
  finding.verdict = Verdict::kFail;
  finding.reason = "required and missing: " + finding.reason;
}

void expect_failure(const Claim& claim, Finding& finding) {
  if (claim.expected_failure.empty() || !finding.compared) return;
  if (finding.verdict == Verdict::kFail) {
    finding.verdict = Verdict::kXfail;
    finding.reason = "expected to fail (" + claim.expected_failure + "); " + finding.reason;
  } else if (finding.verdict == Verdict::kPass) {
    finding.verdict = Verdict::kXpass;
    finding.reason = "expected to fail (" + claim.expected_failure +
                     ") and passes: take the expectation out of the suite; " + finding.reason;
  }
}

}  // namespace

ClaimRule find_rule(std::string_view claim_id) noexcept {
  const auto found = std::find_if(kRules.begin(), kRules.end(),
                                  [&](const auto& entry) { return entry.first == claim_id; });
  return found == kRules.end() ? nullptr : found->second;
}

VerdictRecord judge_claim(const ClaimContext& context) {
  const Claim& claim = context.claim;
  Finding finding = apply_rule(context);
  excuse_unpublished(claim, finding);
  require_resources(context.scope, finding);
  expect_failure(claim, finding);
  VerdictRecord record;
  record.row = context.row.id;
  record.claim = claim.id;
  record.evidence = claim.evidence;
  record.precision = finding.precision;
  record.published = claim.value;
  record.measured = finding.measured;
  record.unit = claim.unit;
  record.tolerance = finding.tolerance;
  record.verdict = finding.verdict;
  record.reason = finding.reason.empty() ? "no reason was given" : finding.reason;
  return record;
}

}  // namespace harness
