#include "harness/judge/rules/evaluated/forward_claims.h"

#include <algorithm>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/number_claim.h"

namespace harness {
namespace {

/// What the forward pass recorded, or why it cannot be judged.
struct Forward {
  const Json* record = nullptr;
  std::int64_t elements = 0;
  std::int64_t non_finite = 0;
  std::int64_t logits_non_finite = 0;

  /// Whether the logits are among the activations or not.
  std::int64_t worst() const { return std::max(non_finite, logits_non_finite); }
  std::optional<Finding> absence;
};

Forward find_forward(const ClaimContext& context, const std::string& precision) {
  Forward forward;
  const auto evidence = find_result(context, "evaluate", precision);
  if (evidence.absence) {
    forward.absence = evidence.absence;
    return forward;
  }
  const Json& measurements = evidence.result->measurements;
  const auto elements = count_at(measurements, {"forward", "elements"});
  const auto non_finite = count_at(measurements, {"forward", "non_finite"});
  const auto logits = count_at(measurements, {"forward", "logits_non_finite"});
  if (!elements || !non_finite || !logits) {
    forward.absence = missing("the evaluation recorded no activations");
  } else if (*elements == 0) {
    forward.absence = missing("no activation was looked at");
  } else {
    forward.record = find_at(measurements, {"forward"});
    forward.elements = *elements;
    forward.non_finite = *non_finite;
    forward.logits_non_finite = *logits;
  }
  return forward;
}

std::string layer_text(const Json& record, const char* key) {
  const std::string layer = text_at(record, {key});
  return layer.empty() ? "" : " in " + layer;
}

/// above: values above FP16's range; nothing where another type's range counts.
std::string range_reason(const Claim& claim, const Forward& forward, double max_abs,
                         std::optional<std::int64_t> above, bool pass) {
  const Json& record = *forward.record;
  const std::string where = layer_text(record, "max_abs_layer");
  std::string reason = "largest" + where;
  if (!pass) {
    reason = "expected at most " + published_text(claim) + ", found " + short_text(max_abs) + where;
    if (above) reason += ", " + count_text(*above) + " above FP16's range";
    reason += ", " + count_text(forward.worst()) + " not finite";
  }
  const auto share = [&](const char* key) {
    const auto count = count_at(record, {key});
    return count ? share_text(*count, forward.elements) : std::string("an unknown share");
  };
  reason += "; ";
  if (above) reason += share("half_subnormals") + " subnormal, ";
  return reason + share("zeros") + " zero";
}

Finding judge_magnitudes(const Claim& claim, const Forward& forward, ElementType type) {
  // The census counts against FP16's limits. Beyond bfloat16's range there is no finite value.
  const bool is_float16 = type == ElementType::kFloat16;
  const auto max_abs = number_at(*forward.record, {"max_abs"});
  const auto above = count_at(*forward.record, {"above_half_max"});
  if (!max_abs || (is_float16 && !above)) return missing("the evaluation recorded no magnitudes");
  const bool in_range = !is_float16 || *above == 0;
  const bool pass = claim.value.is_number() && *max_abs <= claim.value.get<double>() && in_range &&
                    forward.worst() == 0;
  return compared(pass, *max_abs,
                  range_reason(claim, forward, *max_abs, is_float16 ? above : std::nullopt, pass));
}

}  // namespace

Finding judge_finite_forward(const ClaimContext& context) {
  const std::string precision = row_precision(context.row);
  const auto forward = find_forward(context, precision);
  if (forward.absence) return in_precision(*forward.absence, precision);
  const std::string all = plural(forward.elements, "activation");
  if (forward.worst() == 0) {
    return in_precision(compared(true, 0, "all " + all + " are finite"), precision);
  }
  std::string reason = count_text(forward.non_finite) + " of " + all + " and " +
                       plural(forward.logits_non_finite, "logit") + " are NaN or infinite";
  const std::string first = layer_text(*forward.record, "first_non_finite_layer");
  if (!first.empty()) reason += ", the first" + first;
  return in_precision(compared(false, forward.worst(), reason), precision);
}

Finding judge_range(const ClaimContext& context) {
  const std::string precision = half_precision(context.row);
  const auto forward = find_forward(context, precision);
  if (forward.absence) return in_precision(*forward.absence, precision);
  const ElementType type = facts(half_policy(context.row.policy())).compute;
  return in_precision(judge_magnitudes(context.claim, forward, type), precision);
}

}  // namespace harness
