#include "harness/judge/rules/evaluated/forward_claims.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "harness/arithmetic/policy.h"
#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/number_claim.h"
#include "harness/judge/rules/evaluated/row_evaluations.h"
#include "harness/record/evaluation_record.h"

namespace harness {
namespace {

/// What the forward pass recorded, or why it cannot be judged.
struct Forward {
  ActivationsRecord activations;
  LogitsRecord logits;
  std::optional<Finding> absence;

  bool is_finite() const { return activations.non_finite == 0 && logits.non_finite == 0; }
  /// Whether the logits are among the activations or not.
  std::int64_t worst() const { return std::max(activations.non_finite, logits.non_finite); }
};

Forward find_forward(const ClaimContext& context, const std::string& precision) {
  const auto evidence = find_evaluation(context, "evaluate", precision);
  if (evidence.absence) return {{}, {}, evidence.absence};
  const EvaluationRecord& record = *evidence.record;
  if (!record.forward) return {{}, {}, fail_unmeasured("the evaluation recorded no activations")};
  return {record.forward->activations, record.logits, std::nullopt};
}

std::string layer_text(const std::optional<std::string>& layer) {
  return layer ? " in " + *layer : "";
}

/// Whether the census counts against the type's limits: it does against FP16's. Beyond bfloat16's
/// range there is no finite value.
bool counts_above(ElementType type) {
  return type == ElementType::kFloat16;
}

std::string range_reason(const Claim& claim, const Forward& forward, ElementType type, bool pass) {
  const ActivationsRecord& seen = forward.activations;
  const std::string where = layer_text(seen.max_abs_layer);
  std::string reason = "largest" + where;
  if (!pass) {
    reason = fmt::format("expected at most {}, found {}{}", published_text(claim),
                         short_text(seen.max_abs), where);
    if (counts_above(type))
      reason += fmt::format(", {} above FP16's range", count_text(seen.above_half_max));
    reason += fmt::format(", {} not finite", count_text(forward.worst()));
  }
  reason += "; ";
  if (counts_above(type))
    reason += share_text(seen.half_subnormals, seen.elements) + " subnormal, ";
  return fmt::format("{}{} zero", reason, share_text(seen.zeros, seen.elements));
}

Finding judge_magnitudes(const Claim& claim, const Forward& forward, ElementType type) {
  const ActivationsRecord& seen = forward.activations;
  if (!std::isfinite(seen.max_abs)) return fail_unmeasured("the evaluation recorded no magnitudes");
  const bool in_range = !counts_above(type) || seen.above_half_max == 0;
  const bool pass = claim.value.is_number() && seen.max_abs <= claim.value.get<double>() &&
                    in_range && forward.is_finite();
  return pass_or_fail(pass, seen.max_abs, range_reason(claim, forward, type, pass));
}

Finding judge_finiteness(const Claim& claim, const Forward& forward) {
  const std::string all = plural(forward.activations.elements, "activation");
  const bool as_published = claim.value.is_null() || claim.value == forward.worst();
  if (forward.is_finite()) {
    return pass_or_fail(as_published, 0, fmt::format("all {} are finite", all));
  }
  std::string reason =
      fmt::format("{} of {} and {} are NaN or infinite", count_text(forward.activations.non_finite),
                  all, plural(forward.logits.non_finite, "logit"));
  const std::string first = layer_text(forward.activations.first_non_finite_layer);
  if (!first.empty()) reason += ", the first" + first;
  return pass_or_fail(claim.value == forward.worst(), forward.worst(), reason);
}

}  // namespace

Finding judge_finite_forward(const ClaimContext& context) {
  const std::string precision = row_precision(context.row);
  const Forward forward = find_forward(context, precision);
  return in_precision(forward.absence ? *forward.absence : judge_finiteness(context.claim, forward),
                      precision);
}

Finding judge_range(const ClaimContext& context) {
  const std::string precision = half_precision(context.row);
  const Forward forward = find_forward(context, precision);
  const ElementType type = facts(half_policy(context.row.policy())).compute;
  return in_precision(
      forward.absence ? *forward.absence : judge_magnitudes(context.claim, forward, type),
      precision);
}

}  // namespace harness
