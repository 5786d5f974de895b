#include "harness/judge/number_claim.h"

#include <cmath>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/judge/statistics/tolerance.h"

namespace harness {
namespace {

std::string distance_text(const Claim& claim, double difference) {
  if (difference == 0.0) return "equal";
  const double distance = std::abs(difference);
  // As many digits as a measured number has, unless they would all be zeros.
  const bool shows = claim.digits >= 0 && distance >= 0.5 * std::pow(10.0, -claim.digits - 1);
  const std::string size = shows ? fixed_text(distance, claim.digits + 1) : short_text(distance, 2);
  return size + (difference > 0.0 ? " above" : " below");
}

std::string reason_text(const Claim& claim, double measured, const NumberJudgement& judgement,
                        const std::string& how) {
  const std::string distance = distance_text(claim, judgement.difference);
  const std::string allowed = short_text(judgement.allowed);
  std::string reason = judgement.pass
                           ? fmt::format("{}, allowed {}", distance, allowed)
                           : fmt::format("expected {} ± {}, found {}: {}", published_text(claim),
                                         allowed, measured_text(measured, claim.digits), distance);
  if (!how.empty()) reason += "; " + how;
  return reason;
}

}  // namespace

Finding judge_number_claim(const Claim& claim, double measured, PublishedAs published_as,
                           const std::string& how) {
  if (!std::isfinite(measured)) return fail_unmeasured("expected a finite number, measured none");
  if (!claim.value.is_number()) return judge_without_number(claim, measured, how);
  const double rounding = published_as == PublishedAs::kPrinted ? claim.rounding() : 0.0;
  const auto judgement =
      judge_number(measured, claim.value.get<double>(), claim.tolerance, rounding);
  auto finding =
      pass_or_fail(judgement.pass, measured, reason_text(claim, measured, judgement, how));
  finding.tolerance = tolerance_record(judgement, claim.tolerance, rounding);
  return finding;
}

Finding judge_without_number(const Claim& claim, double measured, const std::string& how) {
  return with_measured(
      claim.value.is_null()
          ? not_verifiable(how)
          : fail_unmeasured("expected a number in the suite, got " + published_text(claim)),
      measured);
}

std::string published_text(const Claim& claim) {
  if (claim.value.is_null()) return "nothing";
  if (claim.value.is_string()) return claim.value.get<std::string>();
  if (!claim.value.is_number()) return claim.value.dump();
  const auto number = claim.value.get<double>();
  return claim.digits < 0 ? short_text(number, 12) : fixed_text(number, claim.digits);
}

}  // namespace harness
