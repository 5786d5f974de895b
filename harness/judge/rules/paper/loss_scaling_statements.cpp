#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/rules/paper/paper_statement.h"

namespace harness {
namespace {

constexpr const char* kActivations = "activations";
constexpr const char* kWeights = "weights";

double zeros(const Json& measured, const char* phase, const char* kind, const char* scale) {
  return must(measured, {phase, kind, scale, "zero_in_half"});
}

Finding judge_activation_gradients(const Json& measured) {
  const double late = zeros(measured, "published", kActivations, "unscaled");
  const double early = zeros(measured, "start", kActivations, "unscaled");
  if (!std::isfinite(late) || !std::isfinite(early)) return no_number("gradients of activations");
  const double worst = std::max(late, early);
  return with_bound(
      compared(worst >= kNoticeableShare, 100.0 * worst,
               "of those that FP32 has, a half backward pass makes zero: " + percent(early) +
                   " at the start, " + percent(late) + " with the published weights"),
      "min", 100.0 * kNoticeableShare, kNoticeableReason);
}

/// The paper's number is of one speech model: measured here, and nothing to pass or fail by.
Finding judge_weight_gradients(const Json& measured) {
  const double late = must(measured, {"published", kWeights, "unscaled", "below_2^-24"});
  const double early = must(measured, {"start", kWeights, "unscaled", "below_2^-24"});
  if (!std::isfinite(late) || !std::isfinite(early)) return no_number("gradients of weights");
  Finding finding =
      not_verifiable("the paper's 5 % are of a speech model that is not at hand; of this row's, " +
                     percent(early) + " are below 2^-24 at the start and " + percent(late) +
                     " with the published weights");
  finding.measured = 100.0 * std::max(late, early);
  return finding;
}

/// Zeros of the half backward pass against those that rounding alone makes of FP32's gradients.
Finding judge_flush_threshold(const Json& measured) {
  constexpr double kOff = 0.1;
  double worst = 0.0;
  std::string text;
  for (const auto* phase : {"start", "published"}) {
    const double half = zeros(measured, phase, kActivations, "unscaled");
    const double rounded = must(measured, {phase, kActivations, "unscaled", "flushed"});
    const double paper = must(measured, {phase, kActivations, "unscaled", "below_2^-24"});
    if (!std::isfinite(half) || !(rounded > 0.0)) return no_number("gradients below 2^-25");
    worst = std::max(worst, std::fabs(half / rounded - 1.0));
    text.append(text.empty() ? "" : "; ").append(phase).append(": ").append(percent(half));
    text.append(" are zero in half, ").append(percent(rounded));
    text.append(" at most 2^-25 and ").append(percent(paper)).append(" below 2^-24 in FP32");
  }
  return with_bound(compared(worst <= kOff, worst, text), "rel", kOff,
                    "the half forward pass gives slightly other gradients");
}

Finding judge_rescue(const Json& measured) {
  constexpr double kLeft = 0.5;
  double worst = 0.0;
  std::string text;
  for (const auto* kind : {kActivations, kWeights}) {
    for (const auto* phase : {"start", "published"}) {
      const double before = zeros(measured, phase, kind, "unscaled");
      const double after = zeros(measured, phase, kind, "scaled");
      const auto broken = count_at(measured, {phase, kind, "scaled", "non_finite_in_half"});
      if (!std::isfinite(before) || !std::isfinite(after) || !broken || !(before > 0.0)) {
        return no_number("zeros with and without a scale");
      }
      worst =
          std::max(worst, *broken > 0 ? std::numeric_limits<double>::infinity() : after / before);
      text.append(text.empty() ? "" : "; ").append(kind).append(", ").append(phase);
      text.append(": ").append(percent(before)).append(" to ").append(percent(after));
    }
  }
  return with_bound(compared(worst <= kLeft, number_or_null(100.0 * worst), text), "max",
                    100.0 * kLeft, "at least half of what is lost comes back everywhere");
}

Finding judge_logit_bound(const Json& measured) {
  double worst = 0.0;
  std::int64_t layers = 0;
  for (const auto* phase : {"start", "published"}) {
    const Json* bounds = find_at(measured, {phase, "logits"});
    if (bounds == nullptr || !bounds->is_array()) return no_number("gradients of logits");
    for (const auto& layer : *bounds) {
      const double part = must(layer, {"max_abs"}) / must(layer, {"bound"});
      if (!(part > 0.0)) return no_number("a gradient of logits");
      worst = std::max(worst, part);
      ++layers;
    }
  }
  if (layers == 0) return no_number("gradients of logits");
  constexpr double kRoundings = 1e-3;
  return with_bound(
      compared(worst <= 1.0 + kRoundings, worst,
               "the largest gradient of a logit as part of the largest that a mean over all pixels "
               "allows (weight / (N h w)), over " +
                   plural(layers, "map")),
      "max", 1.0 + kRoundings, "FP32 sums over the pixels of one logit");
}

constexpr auto kLossScaling = std::to_array<PaperStatement>({
    {"activation-grads", "3.2", "unscaled, gradients of activations vanish", "%",
     judge_activation_gradients},
    {"weight-grads", "3.1", "about 5 % of weight gradients are below 2^-24", "%",
     judge_weight_gradients},
    {"flush-threshold", "3.1", "what is too small for half becomes zero", "",
     judge_flush_threshold},
    {"scaling-rescues", "3.2", "scaling the loss brings them back", "%", judge_rescue},
    {"logit-bound", "", "a mean over all pixels bounds the gradients of logits", "",
     judge_logit_bound},
});

}  // namespace

std::span<const PaperStatement> loss_scaling_statements() {
  return kLossScaling;
}

}  // namespace harness
