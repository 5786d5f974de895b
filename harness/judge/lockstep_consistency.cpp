#include "harness/judge/lockstep_consistency.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "harness/arithmetic/scaler.h"
#include "harness/base/number_text.h"
#include "harness/judge/lockstep_lanes.h"

namespace harness {
namespace {

std::string step_defect(const LockstepStep& step, std::int64_t index, const LockstepStep& first) {
  if (step.step != index) return fmt::format("expected step {}, got {}", index, step.step);
  if (!(step.scale > 0.0)) {
    return fmt::format("step {}: the loss scale is {}", index, short_text(step.scale));
  }
  // Every scaler that looks for overflows skips them, and nothing else.
  if (step.skipped != step.overflow) {
    return fmt::format(
        "step {} {}", index,
        step.skipped ? "was skipped without an overflow" : "had an overflow and was not skipped");
  }
  // Weights that do not move agree with everything.
  if (!step.skipped && !(step.lr > 0.0 && std::isfinite(step.lr))) {
    return fmt::format("step {}: the learning rate is {}", index, short_text(step.lr));
  }
  if (step.gradients.looked_at != first.gradients.looked_at) {
    return fmt::format("step {}: expected {}, got {}", index,
                       plural(first.gradients.looked_at, "gradient"), step.gradients.looked_at);
  }
  if (step.gradients.flushed <= step.gradients.zeros) return "";
  return fmt::format("step {}: {} flushed to 0, of {} that are 0", index, step.gradients.flushed,
                     step.gradients.zeros);
}

/// A step is skipped for a gradient that is not finite. mmcv looks at the float sum of each tensor,
/// which is at most sqrt(n) of its norm and can overflow where no element does.
bool is_overflow(const LockstepStep& step, const LockstepRecord& record) {
  const LockstepDistance& gradient = step.distance.gradient;
  const double scaled = (gradient.policy + gradient.norm) * step.scale;
  if (!std::isfinite(scaled)) return true;
  const auto elements = static_cast<double>(step.gradients.looked_at);
  return record.scaler == to_string(ScalerType::kMmcvDynamic) &&
         scaled * std::sqrt(elements) >= std::numeric_limits<float>::max();
}

/// What no training of ours does from one step to the next: only schedules that fall are trained,
/// and a static scale never changes.
std::string change_defect(const LockstepStep& step, const LockstepStep& before,
                          const LockstepRecord& record) {
  if (!step.skipped && !before.skipped && step.lr > before.lr) {
    return fmt::format("step {}: the learning rate grew from {} to {}", step.step,
                       short_text(before.lr), short_text(step.lr));
  }
  const bool is_fixed = record.scaler == to_string(ScalerType::kStatic) ||
                        record.scaler == to_string(ScalerType::kGradScalerPinned) ||
                        record.scaler == to_string(ScalerType::kNone);
  if (!is_fixed || step.scale == before.scale) return "";
  return fmt::format("step {}: the {} scale changed from {} to {}", step.step, record.scaler,
                     short_text(before.scale), short_text(step.scale));
}

/// Batches and weights change from step to step, and with them every loss.
bool is_repeated(const LockstepStep& step, const LockstepStep& before) {
  return step.loss.fp64 == before.loss.fp64 &&
         step.distance.gradient.norm == before.distance.gradient.norm &&
         step.distance.gradient.twin == before.distance.gradient.twin;
}

}  // namespace

std::string inconsistency(const LockstepRecord& record) {
  if (record.batch <= 0) return fmt::format("batches of {}", plural(record.batch, "image"));
  if (record.steps != std::ssize(record.series)) {
    return fmt::format("expected {}, the series has {}", plural(record.steps, "step"),
                       record.series.size());
  }
  for (std::size_t i = 0; i < record.series.size(); ++i) {
    auto defect =
        step_defect(record.series[i], static_cast<std::int64_t>(i), record.series.front());
    if (!defect.empty()) return defect;
    if (record.series[i].skipped && !is_overflow(record.series[i], record)) {
      return fmt::format("step {} was skipped, and its gradient is finite", i);
    }
    if (i == 0) continue;
    if (is_repeated(record.series[i], record.series[i - 1])) {
      return fmt::format("step {} is the one before it again", i);
    }
    defect = change_defect(record.series[i], record.series[i - 1], record);
    if (!defect.empty()) return defect;
  }
  return lane_defect(record);
}

}  // namespace harness
