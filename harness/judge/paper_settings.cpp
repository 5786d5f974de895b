#include "harness/judge/paper_settings.h"

#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/judge/counts.h"
#include "harness/record/paper_design.h"
#include "harness/record/schema.h"

namespace harness {
namespace {

std::string other_than_stated(std::string_view what, double stated, double found) {
  if (stated == found) return "";
  return fmt::format("{}: the settings state {}, the record has {}", what, short_text(stated, 10),
                     short_text(found, 10));
}

std::string other_count_than_stated(std::string_view what, std::int64_t stated,
                                    std::int64_t found) {
  return other_than_stated(what, static_cast<double>(stated), static_cast<double>(found));
}

std::string scale_defect(double scale) {
  if (std::isfinite(scale) && scale > 0.0) return "";
  return fmt::format("the settings state a scale of {}", short_text(scale));
}

/// What one training states, and what it did.
struct Stated {
  std::string_view name;
  const ScaledTraining& training;
  std::int64_t steps;
  double scale;
};

/// paper_consistency.h has found a trace.
std::string other_training(const Stated& stated) {
  const ScaledTraining& training = stated.training;
  return first_of(
      {other_count_than_stated(fmt::format("steps of {}", stated.name), stated.steps,
                               training.steps),
       other_than_stated(fmt::format("first scale of {}", stated.name), stated.scale,
                         training.trace.empty() ? kNotMeasured : training.trace.front().scale)});
}

}  // namespace

std::string other_settings(const MasterWeightsRecord& record, const Json& settings) {
  const auto stated = settings_of<MasterWeightsSettings>(settings);
  return first_of(
      {scale_defect(stated.experiment.scale),
       other_count_than_stated("steps at the start", stated.experiment.steps, record.start.steps),
       other_count_than_stated("steps at the published rate", stated.experiment.steps,
                               record.published.steps)});
}

std::string other_settings(const LossScalingRecord& /*record*/, const Json& settings) {
  const auto stated = settings_of<LossScalingSettings>(settings);
  const std::int64_t batches = stated.experiment.batches;
  if (batches <= 0 || batches > stated.row.batches) {
    return fmt::format("the settings state {} batches of {}", batches, stated.row.batches);
  }
  return scale_defect(stated.experiment.scale);
}

std::string other_settings(const AccumulationRecord& /*record*/, const Json& settings) {
  const auto stated = settings_of<AccumulationSettings>(settings);
  return other_than_stated("the error from which a channel is off", stated.experiment.off,
                           kOffChannel);
}

std::string other_settings(const OverflowRecord& record, const Json& settings) {
  const auto stated = settings_of<OverflowSettings>(settings);
  const OverflowSettings& own = stated.experiment;
  std::string other = other_count_than_stated("batches", stated.row.batches, record.batches);
  for (const auto& run : {Stated{"mmcv-dynamic", record.mmcv_dynamic, own.dynamic_steps, own.scale},
                          Stated{"grad-scaler", record.grad_scaler, own.dynamic_steps, own.scale},
                          Stated{"unguarded", record.unguarded, own.static_steps, own.scale},
                          Stated{"guarded", record.guarded, own.static_steps, own.scale},
                          Stated{"row", record.row, own.static_steps, own.row_scale}}) {
    if (other.empty()) other = other_training(run);
  }
  return other;
}

}  // namespace harness
