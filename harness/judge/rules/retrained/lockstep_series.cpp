#include "harness/judge/rules/retrained/lockstep_series.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "harness/arithmetic/scaler.h"
#include "harness/base/number_text.h"
#include "harness/base/statistics/median.h"
#include "harness/judge/lockstep_parts.h"
#include "harness/judge/number_claim.h"
#include "harness/judge/rules/retrained/expected_training.h"
#include "harness/judge/rules/retrained/trainings.h"

namespace harness {
namespace {

/// Relative to the gradient's norm: beyond this the twin points elsewhere.
constexpr double kFarGone = 0.5;
/// Relative to the twin's distance. Where rounding acts smoothly FP32's digits lead 2^-13 as far as
/// half's; 400 times as much is amplification, not rounding error.
constexpr double kSizeless = 0.05;
constexpr std::int64_t kFewestSteps = 3;
/// In a single step one unit that flips can outweigh all roundings.
constexpr double kStepAllowance = 10.0;
/// One tensor of a few elements scatters more than all of them together.
constexpr double kTensorAllowance = 4.0;
/// Shares of the gradient's elements in the worst step. Rounding turns none into 0, a lack of range
/// does: that is what loss scaling prevents.
constexpr double kMostFlushed = 1e-3;
constexpr double kMostSubnormal = 0.5;
/// Relative to half's reference error: FP32 must be nearer than that in the first judged steps.
constexpr double kNearness = 0.25;

constexpr std::string_view kSingleTensors = "single tensors";

/// The result of the steps of one seed.
struct Comparison {
  std::size_t horizon = 0;  ///< The first step that is not judged; the number of steps if all are.
  std::string chaos;        ///< Why it is not judged; "" when all steps are.
  std::int64_t judged = 0;
  std::int64_t skipped = 0;
  std::map<std::string, std::vector<double>> ratios;  ///< One for each judged step, by part.
  double ratio = 0.0;
  std::string where;          ///< "weights".
  double nearness = 0.0;      ///< The largest of the inverse ratios, taken as the ratios are.
  std::string nearest;        ///< Where.
  double single_ratio = 0.0;  ///< FP32 over half's reference error in the first judged steps.
  double flushed = 0.0;       ///< Shares of the gradient's elements in the worst judged step.
  double subnormal = 0.0;
  std::string broken;  ///< What is missing or not finite; "" when nothing is.
};

std::string at_step(std::string_view what, std::size_t step) {
  return fmt::format("{} at step {}", what, step);
}

/// No arithmetic that rounds comes to FP64's numbers.
bool is_distance(double value) {
  return std::isfinite(value) && value > 0.0;
}

/// Why steps from this one on cannot be judged, "" when they can. A twin that is not finite is
/// found by compare_part().
std::string chaos_of(const LockstepStep& step) {
  const LockstepDistance& gradient = step.distance.gradient;
  if (!(gradient.twin > 0.0) || !std::isfinite(gradient.twin)) return "";
  if (gradient.twin > kFarGone * gradient.norm) {
    return fmt::format("rounding alone moves the gradient by {} %",
                       short_text(100.0 * gradient.twin / gradient.norm, 2));
  }
  if (gradient.fp32_twin > kSizeless * gradient.twin) {
    return fmt::format("FP32's roundings set off {} % of what half's do",
                       short_text(100.0 * gradient.fp32_twin / gradient.twin, 2));
  }
  return "";
}

void take(Comparison& comparison, double ratio, const std::string& where) {
  if (!(ratio > comparison.ratio)) return;
  comparison.ratio = ratio;
  comparison.where = where;
}

/// Half and its twin round the same numbers to the same digits, so that either is as likely to be
/// the farther: what is too far at 2 is too near at 1/2.
void take_inverse(Comparison& comparison, double ratio, const std::string& where) {
  if (!(1.0 / ratio > comparison.nearness)) return;
  comparison.nearness = 1.0 / ratio;
  comparison.nearest = where;
}

void compare_part(const LockstepStep& step, std::size_t index, const LockstepPart& part,
                  Comparison& comparison) {
  const LockstepDistance& distance = step.distance.*part.distance;
  const std::string where = at_step(part.name, index);
  if (!is_distance(distance.policy) || !is_distance(distance.fp32) ||
      !is_distance(distance.fp32_twin) || !is_distance(distance.worst.ratio)) {
    comparison.broken = where + " is not finite or missing, or 0";
  } else if (!is_distance(distance.twin) || !(distance.twin < distance.norm)) {
    // A twin that is as far from FP64 as FP64 has come measures nothing.
    comparison.broken = where + " has no yardstick";
  } else {
    take(comparison, distance.policy / distance.twin / kStepAllowance, where);
    take_inverse(comparison, distance.policy / distance.twin * kStepAllowance, where);
    // Both follow from the update rule, not from rounding: FP32 is as far off as the twin.
    const bool is_update = part.name == "update";
    if (comparison.judged <= kFewestSteps && !is_update) {
      comparison.single_ratio = std::max(comparison.single_ratio, distance.fp32 / distance.twin);
    }
    // The weights accumulate the effects of earlier steps.
    if (part.name == "weights") return;
    comparison.ratios[std::string(part.name)].push_back(distance.policy / distance.twin);
    comparison.ratios[fmt::format("{} of the {}", kSingleTensors, part.name)].push_back(
        distance.worst.ratio / kTensorAllowance);
  }
}

/// The values that tell where chaos begins: without them no step could be excluded, or every one.
void compare_horizon(const LockstepStep& step, std::size_t index, Comparison& comparison) {
  const LockstepDistance& gradient = step.distance.gradient;
  if (is_distance(gradient.norm) && is_distance(gradient.fp32_twin)) return;
  comparison.broken = at_step("the gradient's norm or FP32's twin", index) + " is not finite";
}

void compare_range(const LockstepStep& step, std::size_t index, Comparison& comparison) {
  const auto& [counted, zeros, subnormals, flushed] = step.gradients;
  const std::int64_t elements = counted;  // Clang captures no structured binding in a lambda.
  const auto fits = [&](std::int64_t part) { return 0 <= part && part <= elements; };
  if (elements <= 0 || !fits(zeros) || !fits(subnormals) || !fits(flushed)) {
    comparison.broken = at_step("counts of small gradients", index) + " are missing";
    return;
  }
  const auto whole = static_cast<double>(elements);
  comparison.flushed = std::max(comparison.flushed, static_cast<double>(flushed) / whole);
  comparison.subnormal = std::max(comparison.subnormal, static_cast<double>(subnormals) / whole);
}

void compare_step(const LockstepStep& step, std::size_t index, Comparison& comparison) {
  compare_range(step, index, comparison);
  for (const auto& part : kLockstepParts) {
    if (comparison.broken.empty()) compare_part(step, index, part, comparison);
  }
}

/// The losses' distances of some steps, each with one rounding of the loss itself and without.
struct LossDistances {
  double plain = 0.0;
  double allowed = 0.0;

  void add(double difference, double rounding) {
    plain = std::hypot(plain, difference);
    allowed = std::hypot(allowed, std::abs(difference) + rounding);
  }
};

bool has_losses(const LockstepLosses& loss) {
  return std::isfinite(loss.fp64) && std::isfinite(loss.policy) && std::isfinite(loss.twin) &&
         std::isfinite(loss.fp32) && std::isfinite(loss.fp32_twin);
}

/// A single number per step can come close to FP64's by chance: all judged steps are taken
/// together, and one rounding of the loss itself is always allowed. So it is the other way round:
/// half may have been lucky, but the twin may not be farther than half and a rounding explain.
void compare_losses(const std::vector<LockstepStep>& series, double unit_roundoff,
                    Comparison& comparison) {
  LossDistances ours;
  LossDistances twins;
  std::int64_t judged = 0;
  for (std::size_t i = 0; i < comparison.horizon; ++i) {
    if (series[i].skipped) continue;
    const LockstepLosses& loss = series[i].loss;
    if (!has_losses(loss)) {
      comparison.broken = at_step("loss", i) + " is not finite or missing";
      return;
    }
    const double rounding = unit_roundoff * std::abs(loss.fp64);
    ours.add(loss.policy - loss.fp64, rounding);
    twins.add(loss.twin - loss.fp64, rounding);
    const double yardstick = std::abs(loss.twin - loss.fp64) + rounding;
    if (++judged > kFewestSteps || !(yardstick > 0.0)) continue;
    comparison.single_ratio =
        std::max(comparison.single_ratio, std::abs(loss.fp32 - loss.fp64) / yardstick);
  }
  if (!(twins.allowed > 0.0)) {
    comparison.broken = "the losses have no yardstick";
    return;
  }
  take(comparison, ours.plain / twins.allowed, "the losses");
  take_inverse(comparison, ours.allowed / twins.plain, "the losses");
}

/// Chaos excuses another loss and another distance, but not one that is not finite. A skipped step
/// may have any value: that is why it was skipped.
void look_for_lost(const std::vector<LockstepStep>& series, Comparison& comparison) {
  for (std::size_t i = 0; i < series.size() && comparison.broken.empty(); ++i) {
    if (series[i].skipped) continue;
    if (!std::isfinite(series[i].loss.policy)) {
      comparison.broken = at_step("loss", i) + " is not finite or missing";
    }
    for (const auto& part : kLockstepParts) {
      if (std::isfinite((series[i].distance.*part.distance).policy)) continue;
      comparison.broken = at_step(part.name, i) + " is not finite or missing";
    }
  }
}

Comparison compare(const std::vector<LockstepStep>& series, double unit_roundoff) {
  Comparison comparison;
  for (; comparison.horizon < series.size(); ++comparison.horizon) {
    const LockstepStep& step = series[comparison.horizon];
    if (step.skipped) continue;
    compare_horizon(step, comparison.horizon, comparison);
    if (!comparison.broken.empty()) return comparison;
    comparison.chaos = chaos_of(step);
    if (!comparison.chaos.empty()) break;
    ++comparison.judged;
    compare_step(step, comparison.horizon, comparison);
    if (!comparison.broken.empty()) return comparison;
  }
  comparison.skipped = std::count_if(series.begin(), series.end(),
                                     [](const LockstepStep& step) { return step.skipped; });
  look_for_lost(series, comparison);
  if (comparison.judged == 0 || !comparison.broken.empty()) return comparison;
  for (const auto& [part, ratios] : comparison.ratios) {
    take(comparison, median(ratios), part);
    if (!part.starts_with(kSingleTensors)) take_inverse(comparison, median(ratios), part);
  }
  compare_losses(series, unit_roundoff, comparison);
  return comparison;
}

std::string text_of(const Comparison& comparison) {
  std::string text = plural(comparison.judged, "step") + " judged";
  if (comparison.skipped > 0) text += fmt::format(", {} skipped", count_text(comparison.skipped));
  if (!comparison.chaos.empty()) {
    text += fmt::format(", chaos from step {}: {}", comparison.horizon, comparison.chaos);
  }
  if (!comparison.where.empty()) text += "; farthest: " + comparison.where;
  text += "; FP32 at most " + short_text(comparison.single_ratio, 2);
  return fmt::format("{}; of the gradients up to {} % subnormal and {} % lost to 0", text,
                     short_text(100.0 * comparison.subnormal, 2),
                     short_text(100.0 * comparison.flushed, 2));
}

bool loses_range(const LockstepExpected& expected, const Comparison& comparison) {
  return expected.has_half_range &&
         (comparison.flushed > kMostFlushed || comparison.subnormal > kMostSubnormal);
}

/// A dynamic scale that every overflow lowered may still fit: then more steps can tell.
Finding without_steps(const LockstepRecord& record) {
  const auto type = find_scaler_type(record.scaler);
  const double scale = record.series.back().scale;
  const bool falls = std::ranges::is_sorted(record.series, std::ranges::greater_equal(),
                                            [](const LockstepStep& step) { return step.scale; });
  const std::string text =
      fmt::format("no step was made: the loss scaler skipped all {}, its scale came down to {}",
                  plural(record.steps, "step"), short_text(scale));
  if (!type || !is_dynamic(*type) || !falls || !(scale > 1.0)) return fail_unmeasured(text);
  ScalerOptions rest = ScalerOptions::defaults(*type);
  rest.init_scale = scale;
  Finding finding = fail_unmeasured(
      fmt::format("{}; ask for {} (--iters), in which it can come down to 1", text,
                  plural(record.steps + steps_to_come_down(rest) + kFewestSteps, "step")));
  finding.verdict = Verdict::kAmbiguous;
  return finding;
}

/// Why the record cannot be judged at all, if so.
std::optional<Finding> defect_of(const LockstepRecord& record) {
  if (record.series.empty()) return fail_unmeasured("no step was compared");
  if (record.steps != std::ssize(record.series)) {
    return fail_unmeasured(fmt::format("expected {}, the series has {}",
                                       plural(record.steps, "step"), record.series.size()));
  }
  if (record.digits <= 0) return fail_unmeasured("the digits of the arithmetic are not recorded");
  const bool moved = std::any_of(record.series.begin(), record.series.end(),
                                 [](const LockstepStep& step) { return !step.skipped; });
  if (moved) return std::nullopt;
  return without_steps(record);
}

/// The inverse ratios have the ratios' tolerance.
bool is_too_near(const Claim& claim, const Comparison& comparison) {
  return judge_number_claim(claim, comparison.nearness, PublishedAs::kPosited, "").verdict ==
             Verdict::kFail &&
         comparison.nearness > 1.0;
}

Finding judge_seed(const LockstepRecord& record, const LockstepExpected& expected) {
  if (const auto defect = defect_of(record)) return *defect;
  const auto digits = static_cast<int>(std::min<std::int64_t>(record.digits, 64));
  const Comparison comparison = compare(record.series, std::ldexp(1.0, -digits));
  if (!comparison.broken.empty()) return fail_unmeasured(comparison.broken);
  const std::string text = text_of(comparison);
  Finding finding =
      judge_number_claim(expected.claim, comparison.ratio, PublishedAs::kPosited, text);
  if (comparison.judged < kFewestSteps) {
    finding.verdict = Verdict::kAmbiguous;
    finding.reason = fmt::format("at least {} are needed; {}", plural(kFewestSteps, "step"), text);
    finding.compared = false;
  } else if (loses_range(expected, comparison)) {
    return pass_or_fail(
        false, comparison.ratio,
        fmt::format("the loss scale keeps too few gradients in FP16's range, expected at most {} % "
                    "subnormal and {} % lost; {}",
                    short_text(100.0 * kMostSubnormal), short_text(100.0 * kMostFlushed), text));
  } else if (comparison.single_ratio > kNearness) {
    return pass_or_fail(
        false, comparison.ratio,
        fmt::format("FP32 itself is {} of half's reference error from FP64, expected at most {}: "
                    "something other than half is wrong; {}",
                    short_text(comparison.single_ratio, 2), short_text(kNearness), text));
  } else if (is_too_near(expected.claim, comparison)) {
    return pass_or_fail(
        false, comparison.ratio,
        fmt::format("{}: it lies {} times nearer to FP64 than its digits lead, so that it was not "
                    "computed in them, or the yardstick is none; {}",
                    comparison.nearest, short_text(comparison.nearness, 3), text));
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

Finding judge_lockstep_records(const std::map<std::int64_t, LockstepRecord>& records,
                               const LockstepExpected& expected) {
  std::optional<Finding> worst;
  std::int64_t worst_seed = 0;
  for (const auto& [seed, record] : records) {
    Finding finding = judge_seed(record, expected);
    if (worst && !is_worse(finding, *worst)) continue;
    worst = std::move(finding);
    worst_seed = seed;
  }
  if (!worst) return fail_unmeasured("no lockstep was finished");
  if (records.size() > 1) {
    worst->reason +=
        fmt::format("; seed {}, the worst of {}", worst_seed, plural(std::ssize(records), "seed"));
  }
  worst->reason += departures_text(records.begin()->second.departures);
  return *worst;
}

}  // namespace harness
