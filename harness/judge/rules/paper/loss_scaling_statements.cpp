#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/judge/rules/paper/paper_statement.h"

namespace harness {
namespace {

using Phase = std::pair<const char*, const LossScalingPhase*>;

std::array<Phase, 2> phases_of(const LossScalingRecord& record) {
  return {{{"start", &record.start}, {"published", &record.published}}};
}

/// The share of the gradients that FP32 has and a half backward pass makes zero.
double zeros(const GradientCensus& census, const GradientFate& fate) {
  return share_of(fate.zero_in_half, census.non_zero);
}

Finding judge_activation_gradients(const LossScalingRecord& record) {
  const double late = zeros(record.published.activations, record.published.activations.unscaled);
  const double early = zeros(record.start.activations, record.start.activations.unscaled);
  if (!std::isfinite(late) || !std::isfinite(early)) return no_number("gradients of activations");
  const double worst = std::max(late, early);
  return with_bound(pass_or_fail(worst >= kNoticeableShare, 100.0 * worst,
                                 fmt::format("of those that FP32 has, a half backward pass makes "
                                             "zero: {} at the start, {} with the published weights",
                                             percent(early), percent(late))),
                    "min", 100.0 * kNoticeableShare, kNoticeableReason);
}

/// The paper's number is that of one speech model: it is measured here but decides nothing.
Finding judge_weight_gradients(const LossScalingRecord& record) {
  const auto small = [](const GradientCensus& census) {
    return share_of(census.unscaled.below_2_24, census.non_zero);
  };
  const double late = small(record.published.weights);
  const double early = small(record.start.weights);
  if (!std::isfinite(late) || !std::isfinite(early)) return no_number("gradients of weights");
  Finding finding = not_verifiable(
      fmt::format("the paper's 5 % are of a speech model that is not at hand; of this row's, {} "
                  "are below 2^-24 at the start and {} with the published weights",
                  percent(early), percent(late)));
  finding.measured = 100.0 * std::max(late, early);
  return finding;
}

/// Zeros of the half backward pass, compared with those that rounding FP32's gradients alone gives.
Finding judge_flush_threshold(const LossScalingRecord& record) {
  constexpr double kOff = 0.1;
  double worst = 0.0;
  std::string text;
  for (const auto& [name, phase] : phases_of(record)) {
    const GradientCensus& census = phase->activations;
    const double half = zeros(census, census.unscaled);
    const double rounded = share_of(census.unscaled.flushed, census.non_zero);
    const double paper = share_of(census.unscaled.below_2_24, census.non_zero);
    if (!std::isfinite(half) || !(rounded > 0.0) || !(paper >= rounded)) {
      return no_number("gradients below 2^-25");
    }
    worst = std::max(worst, std::fabs(half / rounded - 1.0));
    text += fmt::format("{}{}: {} are zero in half, {} at most 2^-25 and {} below 2^-24 in FP32",
                        text.empty() ? "" : "; ", name, percent(half), percent(rounded),
                        percent(paper));
  }
  return with_bound(pass_or_fail(worst <= kOff, worst, text), "rel", kOff,
                    "the half forward pass gives slightly other gradients");
}

Finding judge_rescue(const LossScalingRecord& record) {
  constexpr double kLeft = 0.5;
  double worst = 0.0;
  std::string text;
  for (const auto& [name, phase] : phases_of(record)) {
    for (const auto& [kind, census] :
         {std::pair("activations", &phase->activations), std::pair("weights", &phase->weights)}) {
      const double before = zeros(*census, census->unscaled);
      const double after = zeros(*census, census->scaled);
      if (!(before > 0.0) || !std::isfinite(after)) {
        return no_number("zeros with and without a scale");
      }
      const bool broken = census->scaled.non_finite_in_half != 0;
      worst = std::max(worst, broken ? std::numeric_limits<double>::infinity() : after / before);
      text += fmt::format("{}{}, {}: {} to {}", text.empty() ? "" : "; ", kind, name,
                          percent(before), percent(after));
    }
  }
  return with_bound(pass_or_fail(worst <= kLeft, number_or_null(100.0 * worst), text), "max",
                    100.0 * kLeft, "at least half of what is lost comes back everywhere");
}

Finding judge_logit_bound(const LossScalingRecord& record) {
  double worst = 0.0;
  std::int64_t layers = 0;
  for (const auto& [name, phase] : phases_of(record)) {
    if (phase->logits.empty()) return no_number("gradients of logits");
    for (const auto& layer : phase->logits) {
      if (!(layer.bound > 0.0) || !(layer.max_abs > 0.0)) {
        return no_number("a gradient of logits");
      }
      worst = std::max(worst, layer.max_abs / layer.bound);
      ++layers;
    }
  }
  constexpr double kRoundings = 1e-3;
  return with_bound(
      pass_or_fail(
          worst <= 1.0 + kRoundings, number_or_null(worst),
          "the largest gradient of a logit as part of the largest that a mean over all pixels "
          "allows (weight / (N h w)), over " +
              plural(layers, "map")),
      "max", 1.0 + kRoundings, "FP32 sums over the pixels of one logit");
}

constexpr auto kLossScaling = std::to_array<PaperRule<LossScalingRecord>>({
    {{"activation-grads", "3.2", "unscaled, gradients of activations vanish", "%"},
     judge_activation_gradients},
    {{"weight-grads", "3.1", "about 5 % of weight gradients are below 2^-24", "%"},
     judge_weight_gradients},
    {{"flush-threshold", "3.1", "what is too small for half becomes zero", ""},
     judge_flush_threshold},
    {{"scaling-rescues", "3.2", "scaling the loss brings them back", "%"}, judge_rescue},
    {{"logit-bound", "", "a mean over all pixels bounds the gradients of logits", ""},
     judge_logit_bound},
});

}  // namespace

std::span<const PaperRule<LossScalingRecord>> loss_scaling_statements() {
  return kLossScaling;
}

}  // namespace harness
