#include "harness/judge/statistics/tolerance.h"

#include <cmath>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "harness/base/number_text.h"

namespace harness {
namespace {

bool usable(double bound) {
  return std::isfinite(bound) && bound >= 0.0;
}

/// 0.05 + 0.005 is 0.055000000000000004 in binary; the record shows what was meant.
double without_binary_dust(double value) {
  if (!std::isfinite(value) || value == 0.0) return value;
  const double unit = std::pow(10.0, 12.0 - std::ceil(std::log10(std::abs(value))));
  return std::round(value * unit) / unit;
}

}  // namespace

NumberJudgement judge_number(double measured, double published,
                             const std::optional<Tolerance>& tolerance, double rounding) {
  const double absolute = tolerance ? tolerance->abs : 0.0;
  const double relative = tolerance ? tolerance->rel : 0.0;
  NumberJudgement judgement;
  judgement.difference = measured - published;
  judgement.allowed = absolute + relative * std::abs(published) + rounding;
  const double slack =
      4.0 * std::numeric_limits<double>::epsilon() * (std::abs(measured) + std::abs(published));
  const bool bounds_are_usable =
      usable(absolute) && usable(relative) && usable(rounding) && std::isfinite(judgement.allowed);
  judgement.pass = bounds_are_usable && std::isfinite(measured) && std::isfinite(published) &&
                   std::abs(judgement.difference) <= judgement.allowed + slack;
  return judgement;
}

Json tolerance_record(const NumberJudgement& judgement, const std::optional<Tolerance>& tolerance,
                      double rounding) {
  std::string reason = tolerance ? tolerance->reason : "";
  if (rounding > 0.0) {
    reason += fmt::format("{}{}: rounding of the published digits", reason.empty() ? "±" : "; ±",
                          short_text(rounding));
  }
  if (reason.empty()) reason = "the suite allows no difference";
  return {{"abs", number_or_null(without_binary_dust(judgement.allowed))}, {"reason", reason}};
}

}  // namespace harness
