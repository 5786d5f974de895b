#include "harness/judge/rules/evaluated/parity_claims.h"

#include <cmath>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/number_claim.h"
#include "harness/judge/statistics/bootstrap.h"

namespace harness {
namespace {

constexpr double kBookkeepingError = 1e-6;  // Points; sums of doubles differ in their last places.

/// The measurements of the stage parity, or why there are none to judge.
struct Parity {
  const Json* measurements = nullptr;
  std::string precision;
  std::int64_t images = 0;
  std::int64_t pixels = 0;
  std::optional<Finding> absence;
};

/// A run may leave the precision of the stage unnamed: it is always half against FP32.
std::string parity_precision(const ClaimContext& context) {
  for (const auto& result : context.results) {
    if (result.row == context.row.id && result.stage == "parity" && result.precision.empty()) {
      return "";
    }
  }
  return half_precision(context.row);
}

Parity find_parity(const ClaimContext& context) {
  Parity parity;
  parity.precision = parity_precision(context);
  const auto evidence = find_result(context, "parity", parity.precision);
  if (evidence.absence) {
    parity.absence = evidence.absence;
    return parity;
  }
  parity.measurements = &evidence.result->measurements;
  parity.images = count_at(*parity.measurements, {"images"}).value_or(0);
  parity.pixels = count_at(*parity.measurements, {"pixels"}).value_or(0);
  if (parity.images == 0)
    parity.absence = missing("no image was compared");
  else if (parity.pixels == 0)
    parity.absence = missing("no pixel was compared");
  return parity;
}

std::string interval_text(const Parity& parity) {
  if (parity.images < 2) return "one image gives no interval";
  const Json* per_image = find_at(*parity.measurements, {"per_image"});
  const auto interval = per_image == nullptr ? std::nullopt : bootstrap_difference(*per_image);
  if (!interval) return "no counts per image, so no interval";
  return "95 % of resampled sets of images: " + fixed_text(interval->low, 3) + " to " +
         fixed_text(interval->high, 3);
}

Finding judge_difference(const ClaimContext& context, const Parity& parity) {
  const auto difference = number_at(*parity.measurements, {"difference"});
  const auto miou = number_at(*parity.measurements, {"miou"});
  const auto reference = number_at(*parity.measurements, {"miou_reference"});
  if (!difference || !miou || !reference) {
    return missing("the comparison has no finite mIoU of both arithmetics");
  }
  if (!(std::abs(*difference - (*miou - *reference)) <= kBookkeepingError)) {
    return missing("the difference " + short_text(*difference, 6) + " is not " +
                   short_text(*miou, 8) + " - " + short_text(*reference, 8));
  }
  return judge_number_claim(context, *difference, PublishedAs::kPosited,
                            fixed_text(*miou, 3) + " against FP32's " + fixed_text(*reference, 3) +
                                " on " + plural(parity.images, "image") + "; " +
                                interval_text(parity));
}

Finding judge_pixels(const ClaimContext& context, const Parity& parity) {
  const auto changed = count_at(*parity.measurements, {"changed_pixels"});
  if (!changed) return missing("the comparison recorded no changed pixels");
  if (*changed > parity.pixels) {
    return missing(count_text(*changed) + " changed of " + plural(parity.pixels, "pixel") +
                   " cannot be");
  }
  const double share = static_cast<double>(*changed) / static_cast<double>(parity.pixels);
  return judge_number_claim(
      context, share, PublishedAs::kPosited,
      count_text(*changed) + " of " + plural(parity.pixels, "pixel") + " change class");
}

Finding judge_logits(const ClaimContext& context, const Parity& parity) {
  const auto rmse = number_at(*parity.measurements, {"logits", "rmse"});
  const auto reference = number_at(*parity.measurements, {"logits", "rmse_reference"});
  if (count_at(*parity.measurements, {"logits", "images"}).value_or(0) == 0) {
    return missing("no logits were compared with FP64");
  }
  if (!rmse || !reference) return missing("the distance of the logits from FP64 is not finite");
  if (!(*reference > 0.0) || !(*rmse >= 0.0)) {
    return missing("FP32 lies " + short_text(*reference) + " from FP64: that is no yardstick");
  }
  const Policy half = half_policy(context.row.policy());
  const std::string label(facts(facts(half).compute).label);
  return judge_number_claim(context, *rmse / (rounding_over_fp32(half) * *reference),
                            PublishedAs::kPosited,
                            label + " lies " + short_text(*rmse) + " from FP64, FP32 " +
                                short_text(*reference) + "; 1 is rounding alone");
}

Finding judge_with(const ClaimContext& context,
                   Finding (*rule)(const ClaimContext&, const Parity&)) {
  const Parity parity = find_parity(context);
  return in_precision(parity.absence ? *parity.absence : rule(context, parity), parity.precision);
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
