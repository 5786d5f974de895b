#include "harness/judge/rules/retrained/lockstep_claims.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/number_claim.h"

namespace harness {
namespace {

/// Of the gradient's length: where the twin is that far away, its direction is another one.
constexpr double kFarGone = 0.5;
/// Of the twin's distance. Where rounding acts smoothly FP32's digits lead 2^-13 as far as half's;
/// 400 times as much is no longer the roundings' size but what they set off.
constexpr double kSizeless = 0.05;
constexpr std::int64_t kFewestSteps = 3;
/// In a single step one unit that flips can outweigh all roundings.
constexpr double kStepAllowance = 10.0;
/// One tensor of a few elements scatters more than all of them together.
constexpr double kTensorAllowance = 4.0;
/// Of the gradient's elements, by the worst step. Rounding turns none into 0, range does: that is
/// what the loss is scaled against.
constexpr double kMostFlushed = 1e-3;
constexpr double kMostSubnormal = 0.5;
/// Of half's yardstick: FP32 has to be nearer than that while chaos has not begun.
constexpr double kNearness = 0.25;

constexpr std::array<std::string_view, 4> kParts = {"gradient", "weights", "update", "statistics"};

/// What the steps of one seed came to.
struct Comparison {
  std::size_t horizon = 0;  ///< The first step that is not judged; the number of steps if all are.
  std::string chaos;        ///< Why there; "" when all steps are judged.
  std::int64_t judged = 0;
  std::int64_t skipped = 0;
  std::map<std::string, std::vector<double>> ratios;  ///< Of each judged step, by part.
  double ratio = 0.0;
  std::string where;          ///< "weights".
  double single_ratio = 0.0;  ///< FP32 against half's yardstick in the first judged steps.
  double flushed = 0.0;       ///< Shares of the gradient's elements in the worst judged step.
  double subnormal = 0.0;
  std::string broken;  ///< What is missing or not finite; "" when nothing is.
};

bool is_skipped(const Json& step) {
  const Json* skipped = find_at(step, {"skipped"});
  return skipped != nullptr && skipped->is_boolean() && skipped->get<bool>();
}

std::string at_step(std::string_view what, std::size_t step) {
  return std::string(what) + " at step " + std::to_string(step);
}

/// Why this step cannot be judged, "" when it can. What is missing is found later.
std::string chaos_of(const Json& step) {
  const auto norm = number_at(step, {"distance", "gradient", "norm"});
  const auto twin = number_at(step, {"distance", "gradient", "twin"});
  const auto single = number_at(step, {"distance", "gradient", "fp32_twin"});
  if (!norm || !twin || !single || !(*twin > 0.0)) return "";
  if (*twin > kFarGone * *norm) {
    return "rounding alone moves the gradient by " + short_text(100.0 * *twin / *norm, 2) + " %";
  }
  if (*single > kSizeless * *twin) {
    return "FP32's roundings set off " + short_text(100.0 * *single / *twin, 2) +
           " % of what half's do";
  }
  return "";
}

void take(Comparison& comparison, double ratio, const std::string& where) {
  if (!(ratio > comparison.ratio)) return;
  comparison.ratio = ratio;
  comparison.where = where;
}

void compare_part(const Json& step, std::size_t index, std::string_view part,
                  Comparison& comparison) {
  const auto ours = number_at(step, {"distance", part, "policy"});
  const auto twin = number_at(step, {"distance", part, "twin"});
  const auto single = number_at(step, {"distance", part, "fp32"});
  const auto worst = number_at(step, {"distance", part, "worst", "ratio"});
  const std::string where = at_step(part, index);
  if (!ours || !single || !worst) {
    comparison.broken = where + " is not finite or missing";
  } else if (!twin || !(*twin > 0.0)) {
    comparison.broken = where + " has no yardstick";
  } else {
    take(comparison, *ours / *twin / kStepAllowance, where);
    // Both follow from the update's rule and not from rounding: FP32 is as far as the twin.
    const bool is_update = part == "update";
    if (comparison.judged <= kFewestSteps && !is_update) {
      comparison.single_ratio = std::max(comparison.single_ratio, *single / *twin);
    }
    // The weights carry on what one step did to them.
    if (part == "weights") return;
    comparison.ratios[std::string(part)].push_back(*ours / *twin);
    comparison.ratios["single tensors of the " + std::string(part)].push_back(*worst /
                                                                              kTensorAllowance);
  }
}

void compare_range(const Json& step, std::size_t index, Comparison& comparison) {
  const auto elements = count_at(step, {"gradients", "looked_at"});
  const auto flushed = count_at(step, {"gradients", "flushed"});
  const auto subnormal = count_at(step, {"gradients", "half_subnormals"});
  if (!elements || *elements == 0 || !flushed || !subnormal) {
    comparison.broken = at_step("counts of small gradients", index) + " are missing";
    return;
  }
  const double whole = static_cast<double>(*elements);
  comparison.flushed = std::max(comparison.flushed, static_cast<double>(*flushed) / whole);
  comparison.subnormal = std::max(comparison.subnormal, static_cast<double>(*subnormal) / whole);
}

/// One number a step comes close to FP64's by luck: all judged steps are taken together, and one
/// rounding of the loss itself is always allowed.
void compare_losses(const Json& series, double unit_roundoff, Comparison& comparison) {
  double ours = 0.0;
  double twins = 0.0;
  for (std::size_t i = 0; i < comparison.horizon; ++i) {
    const auto exact = number_at(series[i], {"loss", "fp64"});
    const auto loss = number_at(series[i], {"loss", "policy"});
    const auto twin = number_at(series[i], {"loss", "twin"});
    if (!exact || !loss || !twin) {
      comparison.broken = at_step("loss", i) + " is not finite or missing";
      return;
    }
    ours += (*loss - *exact) * (*loss - *exact);
    twins += std::pow(std::abs(*twin - *exact) + unit_roundoff * std::abs(*exact), 2);
  }
  if (!(twins > 0.0)) {
    comparison.broken = "the losses have no yardstick";
    return;
  }
  take(comparison, std::sqrt(ours / twins), "the losses");
}

/// Chaos excuses another loss, not one that is no number.
void look_for_lost(const Json& series, Comparison& comparison) {
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (is_skipped(series[i]) || number_at(series[i], {"loss", "policy"})) continue;
    comparison.broken = at_step("loss", i) + " is not finite or missing";
    return;
  }
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Comparison compare(const Json& series, double unit_roundoff) {
  Comparison comparison;
  for (; comparison.horizon < series.size(); ++comparison.horizon) {
    const Json& step = series[comparison.horizon];
    if (is_skipped(step)) {
      ++comparison.skipped;
      continue;
    }
    comparison.chaos = chaos_of(step);
    if (!comparison.chaos.empty()) break;
    ++comparison.judged;
    compare_range(step, comparison.horizon, comparison);
    for (const auto part : kParts) {
      compare_part(step, comparison.horizon, part, comparison);
      if (!comparison.broken.empty()) return comparison;
    }
  }
  look_for_lost(series, comparison);
  if (comparison.judged == 0 || !comparison.broken.empty()) return comparison;
  for (const auto& [part, ratios] : comparison.ratios) take(comparison, median(ratios), part);
  compare_losses(series, unit_roundoff, comparison);
  return comparison;
}

std::string text_of(const Comparison& comparison) {
  std::string text = plural(comparison.judged, "step") + " judged";
  if (comparison.skipped > 0) text += ", " + count_text(comparison.skipped) + " skipped";
  if (!comparison.chaos.empty()) {
    text += ", chaos from step " + std::to_string(comparison.horizon) + ": " + comparison.chaos;
  }
  if (!comparison.where.empty()) text += "; farthest: " + comparison.where;
  text += "; FP32 at most " + short_text(comparison.single_ratio, 2);
  return text + "; of the gradients up to " + short_text(100.0 * comparison.subnormal, 2) +
         " % subnormal and " + short_text(100.0 * comparison.flushed, 2) + " % lost to 0";
}

bool loses_range(const RunResult& result, const Comparison& comparison) {
  const bool is_half =
      facts(policy_of_precision(result.precision)).compute == ElementType::kFloat16;
  return is_half && (comparison.flushed > kMostFlushed || comparison.subnormal > kMostSubnormal);
}

Finding judge_seed(const ClaimContext& context, const RunResult& result) {
  const Json* series = find_at(result.measurements, {"series"});
  if (series == nullptr || !series->is_array() || series->empty()) {
    return missing("no step was compared");
  }
  const auto digits = count_at(result.measurements, {"digits"});
  if (!digits || *digits == 0) return missing("the digits of the arithmetic are not recorded");
  const Comparison comparison =
      compare(*series, std::ldexp(1.0, -static_cast<int>(std::min<std::int64_t>(*digits, 64))));
  const std::string text = text_of(comparison);
  if (!comparison.broken.empty()) return missing(comparison.broken);
  Finding finding = judge_number_claim(context, comparison.ratio, PublishedAs::kPosited, text);
  if (comparison.judged < kFewestSteps) {
    finding.verdict = Verdict::kAmbiguous;
    finding.reason = "at least " + plural(kFewestSteps, "step") + " are needed; " + text;
    finding.compared = false;
  } else if (loses_range(result, comparison)) {
    return compared(false, comparison.ratio,
                    "the loss scale keeps too few gradients in FP16's range, expected at most " +
                        short_text(100.0 * kMostSubnormal) + " % subnormal and " +
                        short_text(100.0 * kMostFlushed) + " % lost; " + text);
  } else if (comparison.single_ratio > kNearness) {
    return compared(false, comparison.ratio,
                    "FP32 itself lies " + short_text(comparison.single_ratio, 2) +
                        " of half's yardstick from FP64, expected at most " +
                        short_text(kNearness) + ": something else than half is wrong; " + text);
  }
  return finding;
}

/// The worse of two findings: a failure, then doubt, then the larger number.
bool is_worse(const Finding& a, const Finding& b) {
  const auto rank = [](const Finding& finding) {
    if (finding.verdict == Verdict::kFail) return 2;
    return finding.verdict == Verdict::kAmbiguous ? 1 : 0;
  };
  if (rank(a) != rank(b)) return rank(a) > rank(b);
  const auto number = [](const Finding& finding) {
    return finding.measured.is_number() ? finding.measured.get<double>() : 0.0;
  };
  return number(a) > number(b);
}

}  // namespace

Finding judge_lockstep(const ClaimContext& context) {
  const std::string precision = half_precision(context.row);
  std::optional<Finding> worst;
  std::int64_t seeds = 0;
  for (const auto& result : context.results) {
    const bool fits = result.row == context.row.id && result.stage == "lockstep" &&
                      result.precision == precision && result.status != RunStatus::kSkipped;
    if (!fits) continue;
    ++seeds;
    const Finding finding = result.status == RunStatus::kOk
                                ? judge_seed(context, result)
                                : missing("lockstep failed: " + result.reason);
    if (!worst || is_worse(finding, *worst)) worst = finding;
  }
  if (!worst) {
    const auto evidence = find_result(context, "lockstep", precision);
    return in_precision(evidence.absence ? *evidence.absence : missing("no lockstep was finished"),
                        precision);
  }
  if (seeds > 1) worst->reason += "; the worst of " + plural(seeds, "seed");
  return in_precision(*worst, precision);
}

}  // namespace harness
