#include "harness/judge/lockstep_consistency.h"

#include <cmath>

#include <fmt/format.h>

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
  return "";
}

}  // namespace

std::string inconsistency(const LockstepRecord& record) {
  if (record.steps != std::ssize(record.series)) {
    return fmt::format("expected {}, the series has {}", plural(record.steps, "step"),
                       record.series.size());
  }
  for (std::size_t i = 0; i < record.series.size(); ++i) {
    auto defect =
        step_defect(record.series[i], static_cast<std::int64_t>(i), record.series.front());
    if (!defect.empty()) return defect;
  }
  return "";
}

}  // namespace harness
