#include "harness/judge/lockstep_consistency.h"

#include <cmath>

#include <fmt/format.h>

#include "harness/arithmetic/scaler.h"
#include "harness/base/number_text.h"

namespace harness {
namespace {

std::string step_defect(const LockstepStep& step, std::int64_t index, const LockstepStep& first) {
  if (step.step != index) return fmt::format("expected step {}, got {}", index, step.step);
  if (!(step.scale > 0.0)) {
    return fmt::format("step {}: the loss scale is {}", index, short_text(step.scale));
  }
  if (step.skipped && !step.overflow) {
    return fmt::format("step {} was skipped without an overflow", index);
  }
  // Weights that do not move agree with everything.
  if (!step.skipped && !(step.lr > 0.0 && std::isfinite(step.lr))) {
    return fmt::format("step {}: the learning rate is {}", index, short_text(step.lr));
  }
  if (step.gradients.looked_at != first.gradients.looked_at) {
    return fmt::format("step {}: expected {}, got {}", index,
                       plural(first.gradients.looked_at, "gradient"), step.gradients.looked_at);
  }
  const LockstepDistance& gradient = step.distance.gradient;
  const bool is_empty = step.skipped || (gradient.norm > 0.0 && gradient.policy > 0.0 &&
                                         gradient.twin > 0.0 && gradient.fp32 > 0.0);
  if (!is_empty) return fmt::format("step {}: a gradient that is FP64's, or none", index);
  if (step.gradients.flushed <= step.gradients.zeros) return "";
  return fmt::format("step {}: {} flushed to 0, of {} that are 0", index, step.gradients.flushed,
                     step.gradients.zeros);
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
    if (i == 0) continue;
    if (is_repeated(record.series[i], record.series[i - 1])) {
      return fmt::format("step {} is the one before it again", i);
    }
    defect = change_defect(record.series[i], record.series[i - 1], record);
    if (!defect.empty()) return defect;
  }
  return "";
}

}  // namespace harness
