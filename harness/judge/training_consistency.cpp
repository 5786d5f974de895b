#include "harness/judge/training_consistency.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "harness/arithmetic/scaler.h"
#include "harness/base/number_text.h"
#include "harness/judge/counts.h"

namespace harness {
namespace {

/// The same number, or neither is one.
/// One that is not finite is NaN.
std::string loss_defect(const TrainingRecord& record) {
  if (record.steps == 0 || (!(record.loss.first <= 0.0) && !(record.loss.last <= 0.0))) return "";
  return fmt::format("losses of {} at first and {} in the end", short_text(record.loss.first),
                     short_text(record.loss.last));
}

std::string length_defect(const TrainingRecord& record) {
  const bool is_in_order = is_count(record.steps) && 0 <= record.iterations &&
                           record.iterations <= record.asked_iterations &&
                           record.asked_iterations <= record.scheduled_iterations;
  if (is_in_order) return "";
  return fmt::format("{} of {} asked for, {} scheduled, {}", record.iterations,
                     plural(record.asked_iterations, "iteration"), record.scheduled_iterations,
                     plural(record.steps, "step"));
}

/// Rising numbers of steps, each below the number of steps.
template <typename T, typename Step>
bool are_steps(const std::vector<T>& list, std::int64_t steps, Step step) {
  std::int64_t next = 0;
  for (const T& one : list) {
    if (step(one) < next || step(one) >= steps) return false;
    next = step(one) + 1;
  }
  return true;
}

std::string skipped_defect(const TrainingRecord& record) {
  const auto most = static_cast<std::int64_t>(TrainingRecord::kMostSteps);
  const bool can_be =
      record.skipped == record.overflows && record.overflows <= record.non_finite_steps &&
      std::ssize(record.skipped_steps) == std::clamp<std::int64_t>(record.skipped, 0, most) &&
      are_steps(record.skipped_steps, record.steps, [](std::int64_t step) { return step; });
  if (can_be && record.skipped >= 0) return "";
  return fmt::format("of {} {} overflowed, {} were skipped, and {} are listed",
                     plural(record.steps, "step"), record.overflows, record.skipped,
                     record.skipped_steps.size());
}

/// Both losses of a training whose steps were all finite are numbers.
bool has_losses(const TrainingRecord& record) {
  return record.steps == 0 || (std::isfinite(record.loss.first) && std::isfinite(record.loss.last));
}

/// The first step that was not finite is the first that was skipped, or an earlier one that was
/// applied.
bool is_first(const TrainingRecord& record) {
  if (record.skipped_steps.empty() || !record.first_non_finite_step) return true;
  const std::int64_t skipped = record.skipped_steps.front();
  return record.applied_non_finite_steps > 0 ? *record.first_non_finite_step <= skipped
                                             : *record.first_non_finite_step == skipped;
}

/// What the flight recorder leaves behind (docs/training.md): a failure is reported of a step that
/// was applied or of weights that are not finite, an overflow of one that was skipped. mmcv's check
/// can find a sum that overflows where no gradient does, of which there is no report.
std::string report_defect(const TrainingRecord& record) {
  if (record.flight && record.applied_non_finite_steps == 0 && record.non_finite_weights == 0) {
    return fmt::format("{} reports a failure, and all that was applied was finite", *record.flight);
  }
  if (record.first_overflow && record.overflows == 0) {
    return fmt::format("{} reports an overflow, and there was none", *record.first_overflow);
  }
  const bool has_report = record.first_overflow || record.flight ||
                          record.scaler == to_string(ScalerType::kMmcvDynamic);
  if (record.overflows == 0 || has_report) return "";
  return fmt::format("{}, and no report of the first", plural(record.overflows, "overflow"));
}

std::string finiteness_defect(const TrainingRecord& record) {
  const std::int64_t lost = record.non_finite_steps;
  const std::int64_t applied = record.applied_non_finite_steps;
  const auto& first = record.first_non_finite_step;
  // Whatever was skipped was not finite, and what was not skipped was applied.
  const bool can_be = 0 <= applied && applied == lost - record.skipped && lost <= record.steps &&
                      first.has_value() == (lost > 0) && record.non_finite_weights >= 0 &&
                      (lost > 0 || has_losses(record)) &&
                      (!first || (0 <= *first && *first <= record.steps - lost)) &&
                      is_first(record);
  if (can_be) return "";
  return fmt::format("of {} {} were not finite, {} of them applied, {} skipped, the first is {}",
                     plural(record.steps, "step"), lost, applied, record.skipped,
                     first ? fmt::format("{}", *first) : "none");
}

/// JSON has no infinity: a scale that grew beyond all bounds is NaN in the record.
double as_scale(double recorded) {
  return std::isnan(recorded) ? std::numeric_limits<double>::infinity() : recorded;
}

/// What follows from the first scale and its changes.
ScaleRecord scale_of_changes(const ScaleRecord& scale) {
  const double first = as_scale(scale.first);
  ScaleRecord computed{first, first, first, first, {}};
  for (const auto& change : scale.changes) {
    computed.last = as_scale(change.scale);
    computed.min = std::min(computed.min, computed.last);
    computed.max = std::max(computed.max, computed.last);
  }
  return computed;
}

bool changes_each_time(const ScaleRecord& scale) {
  double last = as_scale(scale.first);
  for (const auto& change : scale.changes) {
    if (as_scale(change.scale) == last) return false;
    last = as_scale(change.scale);
  }
  return true;
}

std::string scale_defect(const TrainingRecord& record) {
  const ScaleRecord& scale = record.scale;
  if (!are_steps(scale.changes, record.steps, [](const ScaleChange& one) { return one.step; }) ||
      !changes_each_time(scale)) {
    return "the changes of the scale are none, or not in the order of the steps";
  }
  const ScaleRecord computed = scale_of_changes(scale);
  const double last = as_scale(scale.last);
  const double min = as_scale(scale.min);
  const double max = as_scale(scale.max);
  const bool is_complete = scale.changes.size() < TrainingRecord::kMostSteps;
  const bool can_be =
      is_complete ? min == computed.min && max == computed.max && last == computed.last
                  : min <= std::min(computed.min, last) && std::max(computed.max, last) <= max;
  if (can_be) return "";
  return fmt::format(
      "the scale's changes from {} to {} lie between {} and {}, its record says to {}, between {} "
      "and {}",
      short_text(computed.first), short_text(computed.last), short_text(computed.min),
      short_text(computed.max), short_text(last), short_text(min), short_text(max));
}

/// All metrics of a validation are percentages, or none is one: without a counted pixel.
bool are_metrics(const ValidationRecord& one) {
  const auto is_percentage = [](double percent) {
    return 0.0 <= percent && percent <= 100.0 * (1.0 + kLastPlaces);
  };
  if (std::isnan(one.miou)) return std::isnan(one.macc) && std::isnan(one.aacc);
  // Of each class the union holds the label, and without a pixel that is right every IoU is 0.
  const bool is_in_order =
      one.miou <= one.macc + kLastPlaces * 100.0 && (one.aacc > 0.0) == (one.miou > 0.0);
  return is_in_order && is_percentage(one.miou) && is_percentage(one.macc) &&
         is_percentage(one.aacc);
}

std::string validation_defect(const TrainingRecord& record) {
  double last = std::nan("");
  double best = std::nan("");
  std::int64_t iteration = 0;
  for (const auto& one : record.validation) {
    const bool is_next = one.iteration > iteration && one.iteration <= record.iterations;
    if (!is_next || !are_metrics(one)) {
      return fmt::format(
          "a validation after {}, the one before it after {}, of {}: mIoU {}, accuracy {} and {}",
          plural(one.iteration, "iteration"), iteration, record.iterations, short_text(one.miou),
          short_text(one.macc), short_text(one.aacc));
    }
    iteration = one.iteration;
    last = one.miou;
    best = std::fmax(best, one.miou);
  }
  // Every training is validated at its end, if ever.
  const bool ends = record.validation.empty() || record.iterations != record.asked_iterations ||
                    iteration == record.iterations;
  if (!ends) {
    return fmt::format("the last validation is after {} of {}", iteration,
                       plural(record.iterations, "iteration"));
  }
  if (is_same_number(record.miou, last) && is_same_number(record.best_miou, best)) return "";
  return fmt::format("the mIoU is {}, at best {}; the validations end with {}, at best {}",
                     short_text(record.miou, 8), short_text(record.best_miou, 8),
                     short_text(last, 8), short_text(best, 8));
}

std::string rate_defect(const TrainingRecord& record) {
  const bool is_timed = record.seconds > 0.0 && std::isfinite(record.seconds);
  const double rate = is_timed ? static_cast<double>(record.steps) / record.seconds : std::nan("");
  const double recorded = record.iterations_per_second;
  const bool can_be =
      is_same_number(recorded, rate) || std::abs(recorded - rate) <= kLastPlaces * rate;
  if (can_be) return "";
  return fmt::format("{} per second, of {} in {} s", short_text(recorded),
                     plural(record.steps, "step"), short_text(record.seconds));
}

}  // namespace

std::string inconsistency(const TrainingRecord& record) {
  const auto& gradients = record.gradients;
  return first_of(
      {length_defect(record), loss_defect(record), skipped_defect(record),
       finiteness_defect(record), report_defect(record), scale_defect(record),
       parts_defect("gradient", gradients.looked_at, {gradients.zeros, gradients.half_subnormals}),
       validation_defect(record), record.census ? census_defect(*record.census) : "",
       record.peak_bytes && *record.peak_bytes <= 0 ? "the peak of its memory is not above 0" : "",
       rate_defect(record)});
}

}  // namespace harness
