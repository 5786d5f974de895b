#include "harness/judge/parity_rounding.h"

#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/judge/counts.h"

namespace harness {
namespace {

/// Also "" for a distance that is not finite: that of logits which are not.
std::string too_near(std::string_view whose, double distance, double rms, Policy policy) {
  const double least = least_distance(rms, significant_digits(policy));
  if (!std::isfinite(distance) || distance >= least) return "";
  return fmt::format("{} logits are {} from FP64's, rounding alone takes them {} away", whose,
                     short_text(distance), short_text(least));
}

}  // namespace

double least_distance(double rms, int digits) noexcept {
  return 0.5 * rms * std::ldexp(1.0, -digits) / std::sqrt(12.0);
}

std::string rounding_defect(const LogitsDistanceRecord& logits, Policy half) {
  if (logits.images <= 0 || !std::isfinite(logits.rms) || !(logits.rms > 0.0)) {
    return "no logits were compared with FP64";
  }
  return first_of({too_near("half", logits.rmse, logits.rms, half),
                   too_near("FP32's", logits.rmse_reference, logits.rms, Policy::kFp32)});
}

std::string reference_defect(const LogitsDistanceRecord& logits, Policy half, double longest_sum) {
  const double most = std::sqrt(longest_sum) * logits.rmse / rounding_over_fp32(half);
  if (!(logits.rmse_reference > most)) return "";
  return fmt::format("FP32's logits are {} from FP64's, beside half's {} at most {} are rounding",
                     short_text(logits.rmse_reference), short_text(logits.rmse), short_text(most));
}

}  // namespace harness
