#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "harness/record/lockstep_record.h"

namespace harness {

/// For tests: one training of a lockstep whose gradients lie `gradient` from FP64's in every step.
/// Its weights follow by SGD with momentum 0.9.
class SampleLane {
 public:
  SampleLane(double gradient, double stored) : gradient_(gradient), stored_(stored) {}

  void move(double lr) {
    momentum_ = 0.9 * momentum_ + gradient_;
    weights_ += lr * momentum_;
  }
  double gradient() const { return gradient_; }
  double weights() const { return weights_; }
  /// What storing the weights adds.
  double stored() const { return weights_ > 0.0 ? stored_ : 0.0; }

 private:
  double gradient_, stored_;
  double momentum_ = 0.0;
  double weights_ = 0.0;
};

/// For tests: a lockstep of the sample row (sample_row.h) in which half is as far from FP64 as its
/// twin, FP32 2^-13 of it, and no number contradicts another.
class SampleLockstep {
 public:
  /// One more step; skipped: by an overflow.
  void add(double scale = 512.0, bool skipped = false) {
    LockstepStep step;
    step.step = record.steps++;
    step.lr = 1e-4 + (0.05 - 1e-4) * std::pow(1.0 - static_cast<double>(step.step) / 600.0, 0.9);
    step.scale = scale;
    step.skipped = step.overflow = skipped;
    const double sign = step.step % 2 == 0 ? 1.0 : -1.0;
    const double loss = 2.0 - 0.01 * static_cast<double>(step.step);
    step.loss = {loss, loss + sign * 1.1e-4, loss - sign * 1e-4, loss + 1.1e-8, loss + 1e-8};
    step.gradients = {1000, 10, 50, 1};
    if (!skipped) {
      for (SampleLane* lane : {&fp64_, &policy_, &twin_, &fp32_, &fp32_twin_}) lane->move(step.lr);
    }
    step.distance = {part(&SampleLane::gradient), part(&SampleLane::weights),
                     part(&SampleLane::stored), statistics(step.step)};
    step.distance.update.norm = step.distance.weights.norm;
    // Batches differ, and gradients with them.
    step.distance.gradient.norm += 0.01 * static_cast<double>(step.step);
    if (skipped) {
      step.loss.policy = kNotMeasured;
      step.distance.gradient.policy = std::numeric_limits<double>::infinity();
      step.distance.gradient.worst.ratio = kNotMeasured;
    }
    record.series.push_back(step);
  }

  LockstepRecord record{"fp16-master", "static", 11, 4, {}, 0, {}};

 private:
  LockstepDistance part(double (SampleLane::*of)() const) const {
    const double worst = (policy_.*of)() > 0.0 ? 2.0 : 0.0;
    return {(fp64_.*of)(), (policy_.*of)(),    (twin_.*of)(),
            (fp32_.*of)(), (fp32_twin_.*of)(), {"backbone.stem.0.weight", worst}};
  }
  static LockstepDistance statistics(std::int64_t step) {
    const double moved = 1.0 + static_cast<double>(step);
    return {moved, 1.01e-3, 1e-3, 1.1e-7, 1e-7, {"backbone.stem.1.running_mean", 2.0}};
  }

  SampleLane fp64_{1.0, 1.0};  ///< How far it moves, in the place of a distance.
  SampleLane policy_{0.0101, 1.01e-6}, twin_{0.01, 1e-6};
  SampleLane fp32_{1.2e-6, 0.99e-6}, fp32_twin_{1.3e-6, 0.98e-6};
};

/// For tests: so many steps, none of them skipped.
inline LockstepRecord lockstep_record(std::int64_t steps = kLockstepSteps) {
  SampleLockstep lockstep;
  for (std::int64_t i = 0; i < steps; ++i) lockstep.add();
  return lockstep.record;
}

}  // namespace harness
