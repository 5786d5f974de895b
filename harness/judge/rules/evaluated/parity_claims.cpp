#include "harness/judge/rules/evaluated/parity_claims.h"

#include <cmath>

#include <fmt/format.h>

#include "harness/arithmetic/policy.h"
#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/number_claim.h"
#include "harness/judge/rules/evaluated/row_evaluations.h"
#include "harness/judge/statistics/bootstrap.h"
#include "harness/record/evaluation_record.h"

namespace harness {
namespace {

std::string interval_text(const ParityRecord& parity) {
  if (parity.images < 2) return "one image gives no interval";
  const auto interval = bootstrap_difference(parity.per_image);
  if (!interval) return "no counts per image, so no interval";
  return fmt::format("95 % of resampled sets of images: {} to {}", fixed_text(interval->low, 3),
                     fixed_text(interval->high, 3));
}

Finding judge_difference(const ClaimContext& context, const ParityRecord& parity) {
  if (!std::isfinite(parity.difference)) {
    return fail_unmeasured("the comparison has no finite mIoU of both arithmetics");
  }
  return judge_number_claim(
      context.claim, parity.difference, PublishedAs::kPosited,
      fmt::format("{} against FP32's {} on {}; {}", fixed_text(parity.miou, 3),
                  fixed_text(parity.miou_reference, 3), plural(parity.images, "image"),
                  interval_text(parity)));
}

Finding judge_pixels(const ClaimContext& context, const ParityRecord& parity) {
  const auto changed = static_cast<double>(parity.changed_pixels);
  return judge_number_claim(context.claim, changed / static_cast<double>(parity.pixels),
                            PublishedAs::kPosited,
                            fmt::format("{} of {} change class", count_text(parity.changed_pixels),
                                        plural(parity.pixels, "pixel")));
}

Finding judge_logits(const ClaimContext& context, const ParityRecord& parity) {
  const auto& logits = parity.logits;
  if (logits.images <= 0) return fail_unmeasured("no logits were compared with FP64");
  if (!std::isfinite(logits.rmse) || !std::isfinite(logits.rmse_reference)) {
    return fail_unmeasured("the distance of the logits from FP64 is not finite");
  }
  if (!(logits.rmse_reference > 0.0) || !(logits.rmse >= 0.0)) {
    return fail_unmeasured(
        fmt::format("FP32's distance from FP64 is {}: that is no reference error",
                    short_text(logits.rmse_reference)));
  }
  if (!(logits.rmse < logits.rms)) {
    return fail_unmeasured(
        fmt::format("half's distance from FP64 is {}, as large as the logits themselves ({})",
                    short_text(logits.rmse), short_text(logits.rms)));
  }
  const Policy half = half_policy(context.row.policy());
  const std::string label(facts(facts(half).compute).label);
  return judge_number_claim(
      context.claim, logits.rmse / (rounding_over_fp32(half) * logits.rmse_reference),
      PublishedAs::kPosited,
      fmt::format("{} is {} from FP64, FP32 {}; 1 is rounding alone", label,
                  short_text(logits.rmse), short_text(logits.rmse_reference)));
}

Finding judge_with(const ClaimContext& context,
                   Finding (*rule)(const ClaimContext&, const ParityRecord&)) {
  const std::string precision = half_precision(context.row);
  const auto evidence = find_comparison(context, precision);
  if (evidence.absence) return in_precision(*evidence.absence, precision);
  return in_precision(rule(context, *evidence.record), precision);
}

}  // namespace

Finding judge_parity(const ClaimContext& context) {
  return judge_with(context, judge_difference);
}

Finding judge_parity_pixels(const ClaimContext& context) {
  return judge_with(context, judge_pixels);
}

Finding judge_parity_logits(const ClaimContext& context) {
  return judge_with(context, judge_logits);
}

}  // namespace harness
