#include "harness/judge/lockstep_claims.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "harness/judge/evidence.h"
#include "harness/judge/measurement.h"
#include "harness/judge/number_claim.h"
#include "harness/judge/number_text.h"

namespace harness {
namespace {

/// Of the gradient's length: where the twin is that far away, its direction is another one.
constexpr double kFarGone = 0.5;
/// Of the twin's distance: where FP32-sized roundings lead that far, their size no longer matters.
constexpr double kSizeless = 0.5;
constexpr std::int64_t kFewestSteps = 3;
/// One tensor of a few elements scatters more than all of them together.
constexpr double kTensorAllowance = 4.0;
/// Of the gradient's elements, by the worst step. Rounding turns none into 0, range does: that is
/// what the loss is scaled against.
constexpr double kMostFlushed = 1e-3;
constexpr double kMostSubnormal = 0.5;
/// Of half's yardstick: FP32 has to be nearer than that while chaos has not begun.
constexpr double kNearness = 0.25;

constexpr std::array<std::string_view, 3> kParts = {"gradient", "weights", "statistics"};

/// What the steps of one seed came to.
struct Comparison {
  std::size_t horizon = 0;  ///< The first step that is not judged; the number of steps if all are.
  std::string chaos;        ///< Why there; "" when all steps are judged.
  std::int64_t judged = 0;
  std::int64_t skipped = 0;
  double ratio = 0.0;
  std::string where;          ///< "weights at step 3".
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
    return "FP32's roundings lead as far as half's (" + short_text(*single / *twin, 2) + ")";
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
    take(comparison, *ours / *twin, where);
    take(comparison, *worst / kTensorAllowance,
         text_at(step, {"distance", part, "worst", "tensor"}) + " of the " + where);
    if (comparison.judged <= kFewestSteps) {
      comparison.single_ratio = std::max(comparison.single_ratio, *single / *twin);
    }
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

/// One number a step comes close to FP64's by luck: all judged steps are taken together.
void compare_losses(const Json& series, Comparison& comparison) {
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
    twins += (*twin - *exact) * (*twin - *exact);
  }
  if (!(twins > 0.0)) {
    comparison.broken = "the losses have no yardstick";
    return;
  }
  take(comparison, std::sqrt(ours / twins), "the losses");
}

Comparison compare(const Json& series) {
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
  if (comparison.judged > 0) compare_losses(series, comparison);
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
  const bool is_half = result.precision.rfind("fp16", 0) == 0;
  return is_half && (comparison.flushed > kMostFlushed || comparison.subnormal > kMostSubnormal);
}

Finding judge_seed(const ClaimContext& context, const RunResult& result) {
  const Json* series = find_at(result.measurements, {"series"});
  if (series == nullptr || !series->is_array() || series->empty()) {
    return missing("no step was compared");
  }
  const Comparison comparison = compare(*series);
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
