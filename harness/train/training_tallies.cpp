#include "harness/train/training_tallies.h"

#include <algorithm>
#include <cmath>

#include "harness/precision/range_census.h"

namespace harness {
namespace {

double number_or_nan(const Json& value) {
  return value.is_number() ? value.get<double>() : std::nan("");
}

}  // namespace

void TrainingTallies::add(const Iteration& iteration) {
  const StepRecord& step = iteration.step;
  if (record_.steps == 0) record_.loss.first = step.loss;
  record_.loss.last = step.loss;
  add_scale(step);
  ++record_.steps;
  if (step.skipped) {
    ++record_.skipped;
    if (record_.skipped_steps.size() < TrainingRecord::kMostSteps) {
      record_.skipped_steps.push_back(step.step);
    }
  }
  if (step.overflow) ++record_.overflows;
  if (!std::isfinite(step.loss) || !std::isfinite(step.grad_norm)) {
    ++record_.non_finite_steps;
    if (!step.skipped) ++record_.applied_non_finite_steps;
    if (!record_.first_non_finite_step) record_.first_non_finite_step = step.step;
  }
  record_.seconds += iteration.seconds;
  record_.data_seconds += iteration.data_seconds;
}

void TrainingTallies::add_scale(const StepRecord& step) {
  ScaleRecord& scale = record_.scale;
  if (record_.steps == 0) {
    scale = {step.scale, step.scale, step.scale, step.scale, {}};
  } else if (scale.last != step.scale && scale.changes.size() < TrainingRecord::kMostSteps) {
    scale.changes.push_back({step.step, step.scale});
  }
  scale.last = step.scale;
  scale.min = std::min(scale.min, step.scale);
  scale.max = std::max(scale.max, step.scale);
}

void TrainingTallies::add_gradients(const StepGradients& gradients) {
  RangeTally tally;
  for (const auto& entry : gradients.named) tally.add(entry.second);
  const RangeCensus census = tally.total();
  record_.gradients.looked_at += census.elements;
  record_.gradients.zeros += census.zeros;
  record_.gradients.half_subnormals += census.half_subnormals;
}

void TrainingTallies::add_validation(std::int64_t iteration, const Json& evaluation) {
  record_.validation.push_back({iteration, number_or_nan(evaluation.at("miou")),
                                number_or_nan(evaluation.at("macc")),
                                number_or_nan(evaluation.at("aacc"))});
}

void TrainingTallies::see_peak(std::int64_t bytes) {
  record_.peak_bytes = std::max(record_.peak_bytes.value_or(0), bytes);
}

TrainingRecord TrainingTallies::record() const {
  TrainingRecord record = record_;
  if (record.seconds > 0.0) {
    record.iterations_per_second = static_cast<double>(record.steps) / record.seconds;
  }
  for (const auto& validation : record.validation) {
    record.miou = validation.miou;
    // fmax ignores NaN, so that it is never the best.
    record.best_miou = std::fmax(record.best_miou, validation.miou);
  }
  return record;
}

void TrainingTallies::restore(const Json& state) {
  record_ = record_from_json<TrainingRecord>(state, "snapshot", "tallies");
}

}  // namespace harness
