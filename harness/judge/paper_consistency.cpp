#include "harness/judge/paper_consistency.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/judge/counts.h"
#include "harness/record/paper_design.h"

namespace harness {
namespace {

/// Quotients of doubles that were written and read again differ in their last places.

/// Counts of which each is one of the next one's.
std::string order_defect(std::string_view what, std::initializer_list<std::int64_t> counts) {
  std::int64_t before = 0;
  for (const auto count : counts) {
    if (!is_count(count) || count < before) {
      return fmt::format("{}: {} of {}", what, before, count);
    }
    before = count;
  }
  return "";
}

std::string named(std::string_view name, const std::string& defect) {
  return defect.empty() ? "" : fmt::format("{}: {}", name, defect);
}

/// A product that no count of a training reaches is -1.
std::int64_t product(std::int64_t a, std::int64_t b) {
  return is_count(a) && is_count(b) && (a == 0 || b <= (std::int64_t{1} << 52) / a) ? a * b : -1;
}

/// Losses that are not finite are other rules' business.
std::string loss_defect(double loss) {
  if (!std::isfinite(loss) || (loss >= 0.0 && loss <= kLargestLoss)) return "";
  return fmt::format("a loss of {}", short_text(loss));
}

// master-weights

std::string census_defect(const UpdateCensus& census) {
  if (census.weights <= 0 || census.cases != product(2, census.weights)) {
    return fmt::format("{} weights in two directions and {} cases", census.weights, census.cases);
  }
  return first_of({order_defect("updates that moved a weight", {census.below_moved, census.cases}),
                   order_defect("updates that were lost", {census.above_lost, census.cases}),
                   order_defect("ties that were lost", {census.ties_lost, census.cases}),
                   order_defect("even weights", {census.even_weights, census.cases})});
}

/// Each update has at most one ratio; those of weights that are not normal have none.
std::string ratios_defect(const MasterWeightsPhase& phase) {
  const LostUpdates& all = phase.all_steps;
  std::int64_t updates = 0;
  std::int64_t lost = 0;
  for (const auto* part : {&phase.below_2048, &phase.between, &phase.above_4096}) {
    if (auto defect = order_defect("lost updates", {part->lost, part->updates}); !defect.empty()) {
      return defect;
    }
    updates += part->updates;
    lost += part->lost;
  }
  if (updates <= all.updates && lost <= all.lost && updates - lost <= all.updates - all.lost) {
    return "";
  }
  return fmt::format("{} of {} updates with a ratio are lost, and {} of all {}", lost, updates,
                     all.lost, all.updates);
}

std::string updates_defect(const MasterWeightsPhase& phase) {
  const LostUpdates& first = phase.first_step;
  const LostUpdates& all = phase.all_steps;
  const std::int64_t most = product(phase.weights, phase.steps);
  if (phase.masters.updates != most) {
    return fmt::format("{} updates of masters in {} with {}", phase.masters.updates,
                       plural(phase.steps, "step"), plural(phase.weights, "weight"));
  }
  return first_of({order_defect("lost updates", {all.lost, all.updates, most}),
                   order_defect("the first step's updates", {first.lost, first.updates}),
                   order_defect("the first step's updates", {first.updates, phase.weights}),
                   order_defect("the first step's updates", {first.updates, all.updates}),
                   order_defect("the first step's lost updates", {first.lost, all.lost}),
                   order_defect("masters that moved", {phase.masters.moved, most}),
                   ratios_defect(phase)});
}

std::string after_defect(const MasterWeightsPhase& phase) {
  const WeightsAfter& after = phase.after;
  const std::int64_t half_moved = phase.all_steps.updates - phase.all_steps.lost;
  return first_of(
      {order_defect("weights that left their start",
                    {after.stuck, after.drifted, after.masters_moved, phase.weights}),
       order_defect("masters that left their start", {after.masters_moved, phase.masters.moved}),
       order_defect("half weights that left their start", {after.half_alone_moved, half_moved}),
       parts_defect("weight", phase.weights, {after.stuck, after.half_alone_moved})});
}

std::string phase_defect(const MasterWeightsPhase& phase) {
  if (phase.steps <= 0 || phase.weights <= 0 || !(phase.learning_rate > 0.0)) {
    return fmt::format("{} of {} at a learning rate of {}", plural(phase.steps, "step"),
                       plural(phase.weights, "weight"), short_text(phase.learning_rate));
  }
  if (std::ssize(phase.losses) != phase.steps) {
    return fmt::format("losses of {} in {}", phase.losses.size(), plural(phase.steps, "step"));
  }
  for (const double loss : phase.losses) {
    if (auto defect = loss_defect(loss); !defect.empty()) return defect;
  }
  return first_of({updates_defect(phase), after_defect(phase)});
}

// loss-scaling

constexpr std::int64_t kFirstExponent = -60;
constexpr std::int64_t kLastExponent = 3;

/// Gradients whose exponent is at most that.
std::int64_t up_to(const GradientCensus& census, std::int64_t exponent) {
  std::int64_t sum = 0;
  for (const auto& [one, count] : census.exponents) sum += one <= exponent ? count : 0;
  return sum;
}

std::string exponents_defect(const GradientCensus& census) {
  std::int64_t sum = 0;
  std::int64_t before = kFirstExponent - 1;
  for (const auto& [exponent, count] : census.exponents) {
    if (exponent <= before || exponent > kLastExponent || count <= 0 || !is_count(count)) {
      return fmt::format("{} with the exponent {} after {}", plural(count, "gradient"), exponent,
                         before);
    }
    before = exponent;
    sum += count;
  }
  if (sum != census.non_zero) {
    return fmt::format("{} have an exponent and {} are not 0", plural(sum, "gradient"),
                       census.non_zero);
  }
  if (sum == 0) return census.max_abs == 0.0 ? "" : "a largest gradient, and none that is not 0";
  const bool fits =
      std::isfinite(census.max_abs) && census.max_abs > 0.0 &&
      std::clamp<std::int64_t>(std::ilogb(census.max_abs), kFirstExponent, kLastExponent) == before;
  return fits ? ""
              : fmt::format("the largest gradient is {} and the largest exponent {}",
                            short_text(census.max_abs), before);
}

std::string fate_defect(const GradientCensus& census, const GradientFate& fate) {
  return first_of(
      {order_defect("gradients below a boundary",
                    {fate.flushed, fate.below_2_24, fate.below_2_14, census.non_zero}),
       order_defect("zeros in half", {fate.zero_in_half, census.non_zero}),
       parts_defect("gradient", census.elements, {fate.zero_in_half, fate.non_finite_in_half})});
}

/// Magnitudes of exactly 2^-25 are flushed and have the exponent -25.
std::string boundaries_defect(const GradientCensus& census) {
  const GradientFate& fate = census.unscaled;
  const bool fits = up_to(census, -26) <= fate.flushed && fate.flushed <= up_to(census, -25) &&
                    fate.below_2_24 == up_to(census, -25) && fate.below_2_14 == up_to(census, -15);
  if (fits) return "";
  return fmt::format(
      "{} gradients are flushed, {} below 2^-24 and {} below 2^-14, and by their exponents {} at "
      "least, {} and {}",
      fate.flushed, fate.below_2_24, fate.below_2_14, up_to(census, -26), up_to(census, -25),
      up_to(census, -15));
}

std::string gradients_defect(const GradientCensus& census) {
  if (census.elements <= 0) return plural(census.elements, "gradient");
  return first_of({order_defect("gradients that are not 0", {census.non_zero, census.elements}),
                   exponents_defect(census), fate_defect(census, census.unscaled),
                   fate_defect(census, census.scaled), boundaries_defect(census)});
}

std::string logits_defect(const LossScalingPhase& phase) {
  std::set<std::string> layers;
  for (const auto& logits : phase.logits) {
    if (logits.layer.empty() || !layers.insert(logits.layer).second) {
      return fmt::format("two layers are called \"{}\"", logits.layer);
    }
    if (logits.max_abs <= phase.activations.max_abs) continue;
    return fmt::format("{} has a gradient of {}, and the largest of all is {}", logits.layer,
                       short_text(logits.max_abs), short_text(phase.activations.max_abs));
  }
  return "";
}

std::string phase_defect(const LossScalingPhase& phase) {
  return first_of({named("activations", gradients_defect(phase.activations)),
                   named("weights", gradients_defect(phase.weights)), logits_defect(phase)});
}

// fp32-accumulation

/// The relative error of what is not finite is not finite either.
std::string error_defect(std::string_view what, double value, double exact, double error) {
  if (!std::isfinite(value) && !std::isfinite(error)) return "";
  const double computed = std::abs(value - exact) / exact;
  if (std::abs(error - computed) <= kLastPlaces * (1.0 + computed)) return "";
  return fmt::format("{} is {} for {}, and its error {}", what, short_text(value),
                     short_text(exact), short_text(error));
}

/// Factors are below 1.
std::string defect_of(const DotProductRecord& sum) {
  if (sum.length <= 0 || !(sum.exact > 0.0) || !(sum.exact < static_cast<double>(sum.length))) {
    return fmt::format("{} products add up to {}", sum.length, short_text(sum.exact));
  }
  if (sum.half_overflows && std::isfinite(sum.half)) return "a sum that overflows has a value";
  return first_of({error_defect("a sum in half", sum.half, sum.exact, sum.half_error),
                   error_defect("a sum in FP32", sum.single, sum.exact, sum.single_error)});
}

std::string dot_products_defect(const AccumulationRecord& record) {
  std::int64_t before = 0;
  for (const auto& sum : record.dot_products) {
    if (auto defect = defect_of(sum); !defect.empty()) return defect;
    if (sum.length <= before) return fmt::format("a length of {} after {}", sum.length, before);
    before = sum.length;
  }
  return "";
}

/// A sum of equal values is rounded by less than one of them in each addition.
std::string means_defect(const AccumulationRecord& record) {
  std::set<std::pair<double, std::int64_t>> seen;
  for (const auto& mean : record.statistics) {
    if (!(mean.value > 0.0) || mean.count <= 0 || !seen.insert({mean.value, mean.count}).second) {
      return fmt::format("a mean of {} values {}", mean.count, short_text(mean.value));
    }
    if (mean.half_overflows && std::isfinite(mean.half_mean)) {
      return "a mean that overflows has a value";
    }
    for (const double got : {mean.half_mean, mean.single_mean}) {
      if (got < 0.0 || got > 2.0 * mean.value) {
        return fmt::format("the mean of equal values {} is {}", short_text(mean.value),
                           short_text(got));
      }
    }
  }
  return "";
}

std::string kernels_defect(const KernelSums& kernels) {
  if (kernels.ones > 0 && kernels.count > 0 && kernels.value > 0.0) return "";
  return fmt::format("kernels add up {} ones and {} values {}", kernels.ones, kernels.count,
                     short_text(kernels.value));
}

/// docs/paper.md: off by more than 1 %. An error that is infinite is NaN here.
bool is_off(double worst) {
  return !(worst <= kOffChannel);
}

std::string layers_defect(const AccumulationRecord& record) {
  std::set<std::string> layers;
  for (const auto& layer : record.activations) {
    if (layer.layer.empty() || !layers.insert(layer.layer).second) {
      return fmt::format("two layers are called \"{}\"", layer.layer);
    }
    if (layer.count <= 0) return fmt::format("{} has {} values", layer.layer, layer.count);
    for (const auto& [off, worst] : {std::pair(layer.half_off, layer.half_worst),
                                     std::pair(layer.single_off, layer.single_worst)}) {
      auto defect = order_defect("channels that are off", {off, layer.channels});
      if (defect.empty() && (off > 0) != is_off(worst)) {
        defect =
            fmt::format("{} are off, the worst by {}", plural(off, "channel"), short_text(worst));
      }
      if (!defect.empty()) return named(layer.layer, defect);
    }
  }
  return "";
}

// overflow

enum class Scale { kStands, kFallsAndGrows };

/// One of the five trainings, and what its scaler does.
struct Run {
  std::string_view name;
  const ScaledTraining& training;
  Scale scale;
  bool is_checked;  ///< Steps that overflow are skipped.
  bool too_large;   ///< Begins with the scale that is too large, else with the row's.
};

std::array<Run, 5> runs_of(const OverflowRecord& record) {
  return {{{"mmcv-dynamic", record.mmcv_dynamic, Scale::kFallsAndGrows, true, true},
           {"grad-scaler", record.grad_scaler, Scale::kFallsAndGrows, true, true},
           {"guarded", record.guarded, Scale::kStands, true, true},
           {"unguarded", record.unguarded, Scale::kStands, false, true},
           {"row", record.row, Scale::kStands, false, false}}};
}

constexpr double kLargestHalf = 65504.0;

/// Gradients of the scaled loss are halves, or of the size of halves under autocast.
std::string step_defect(const ScaledStep& step, std::int64_t weights) {
  if (!std::isfinite(step.scale) || !(step.scale > 0.0)) {
    return fmt::format("a scale of {}", short_text(step.scale));
  }
  const double largest = kLargestHalf * std::sqrt(static_cast<double>(weights));
  if (std::isfinite(step.grad_norm) && !(step.grad_norm >= 0.0 && step.grad_norm <= largest)) {
    return fmt::format("gradients with a norm of {}", short_text(step.grad_norm));
  }
  return loss_defect(step.loss);
}

std::string size_defect(const ScaledTraining& run) {
  if (run.steps <= 0 || run.weights <= 0) {
    return fmt::format("{} with {}", plural(run.steps, "step"), plural(run.weights, "weight"));
  }
  if (std::ssize(run.trace) != run.steps) {
    return fmt::format("{}, and {} in the trace", plural(run.steps, "step"), run.trace.size());
  }
  for (const auto& step : run.trace) {
    if (auto defect = step_defect(step, run.weights); !defect.empty()) return defect;
  }
  return "";
}

/// The first and the last step that overflow, -1 where none does.
struct Overflows {
  std::int64_t count = 0;
  std::int64_t first = -1;
  std::int64_t last = -1;
};

Overflows overflows_of(const ScaledTraining& run) {
  Overflows overflows;
  for (std::int64_t i = 0; i < std::ssize(run.trace); ++i) {
    if (std::isfinite(run.trace[static_cast<std::size_t>(i)].grad_norm)) continue;
    ++overflows.count;
    if (overflows.first < 0) overflows.first = i;
    overflows.last = i;
  }
  return overflows;
}

std::string overflows_defect(const Run& run) {
  const ScaledTraining& training = run.training;
  const Overflows seen = overflows_of(training);
  if (training.overflows != seen.count) {
    return fmt::format("{}, and {} without a finite gradient",
                       plural(training.overflows, "overflow"), plural(seen.count, "step"));
  }
  // -1 for none: counts are not below 0.
  const std::int64_t skipped = run.is_checked ? seen.count : 0;
  const std::int64_t last = skipped > 0 ? seen.last : -1;
  if (training.skipped == skipped && training.last_skipped.value_or(-1) == last) return "";
  return fmt::format("{} skipped, expected {} of {} that overflow",
                     plural(training.skipped, "step"), skipped, seen.count);
}

/// What is not finite remains so, and an update by a gradient that is not makes it so.
std::string ruin_defect(const Run& run) {
  const ScaledTraining& training = run.training;
  if (auto defect =
          order_defect("masters that are not finite", {training.ruined, training.weights});
      !defect.empty()) {
    return defect;
  }
  if (training.first_ruined.has_value() != (training.ruined > 0) ||
      training.first_ruined.value_or(0) < 0 ||
      training.first_ruined.value_or(0) >= training.steps) {
    return fmt::format("{} masters are not finite, and a step that ruined the first is {}",
                       training.ruined, training.first_ruined ? "named" : "not");
  }
  const std::int64_t first = overflows_of(training).first;
  if (run.is_checked || first < 0 || training.first_ruined.value_or(-1) == first) return "";
  return fmt::format("step {} overflowed unchecked and ruined nothing", first);
}

std::string scale_defect(const Run& run) {
  const auto& trace = run.training.trace;
  for (std::size_t i = 1; i < trace.size(); ++i) {
    const double before = trace[i - 1].scale;
    const double now = trace[i].scale;
    const bool overflowed = !std::isfinite(trace[i - 1].grad_norm);
    bool fits = now == before;
    if (run.scale == Scale::kFallsAndGrows) {
      // mmcv's does not fall below 1.
      fits = overflowed ? now < before || (before == 1.0 && now == 1.0) : now >= before;
    }
    if (fits) continue;
    return fmt::format("the scale goes from {} to {} after a step that {}", short_text(before),
                       short_text(now), overflowed ? "overflowed" : "did not overflow");
  }
  return "";
}

std::string run_defect(const Run& run) {
  if (auto defect = size_defect(run.training); !defect.empty()) return defect;
  return first_of({overflows_defect(run), ruin_defect(run), scale_defect(run)});
}

/// Other kernels of the same arithmetic add up in another order.
bool is_near(double a, double b) {
  constexpr double kNear = 1e-3;
  return (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= kNear * std::abs(b);
}

std::string start_defect(const OverflowRecord& record) {
  const auto runs = runs_of(record);
  const Run& first = runs.front();
  for (const auto& run : runs) {
    const ScaledStep& own = run.training.trace.front();
    const ScaledStep& expected = first.training.trace.front();
    if (run.training.weights != first.training.weights) {
      return fmt::format("{} has {} and {} has {}", run.name,
                         plural(run.training.weights, "weight"), first.name,
                         first.training.weights);
    }
    if (run.too_large && own.scale != expected.scale) {
      return fmt::format("{} begins with the scale {} and {} with {}", run.name,
                         short_text(own.scale), first.name, short_text(expected.scale));
    }
    // Autocast computes the loss from other roundings.
    if (run.name == "grad-scaler" || is_near(own.loss, expected.loss)) continue;
    return fmt::format("{} begins with a loss of {} and {} with {}", run.name, short_text(own.loss),
                       first.name, short_text(expected.loss));
  }
  return "";
}

}  // namespace

std::string inconsistency(const MasterWeightsRecord& record) {
  return first_of({named("constructed", census_defect(record.constructed)),
                   named("start", phase_defect(record.start)),
                   named("published", phase_defect(record.published))});
}

std::string inconsistency(const LossScalingRecord& record) {
  return first_of({named("start", phase_defect(record.start)),
                   named("published", phase_defect(record.published))});
}

std::string inconsistency(const AccumulationRecord& record) {
  return first_of({dot_products_defect(record), means_defect(record),
                   kernels_defect(record.kernels), layers_defect(record)});
}

std::string inconsistency(const OverflowRecord& record) {
  if (record.batches <= 0) return fmt::format("{} batches", record.batches);
  for (const auto& run : runs_of(record)) {
    if (auto defect = run_defect(run); !defect.empty()) return named(run.name, defect);
  }
  return start_defect(record);
}

}  // namespace harness
