#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/record/fields.h"

namespace harness {

/// The length of a lockstep of which nobody said how long it should be: so many steps that its loss
/// scaler does not skip. A dynamic scale may take steps_to_come_down() more until it fits; after
/// these the lockstep ends, whatever was skipped.
inline constexpr std::int64_t kLockstepSteps = 12;

/// The minimised loss of each of the five trainings (docs/lockstep.md).
struct LockstepLosses {
  double fp64 = kNotMeasured;
  double policy = kNotMeasured;
  double twin = kNotMeasured;
  double fp32 = kNotMeasured;
  double fp32_twin = kNotMeasured;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("fp64", self.fp64);
    visit("policy", self.policy);
    visit("twin", self.twin);
    visit("fp32", self.fp32);
    visit("fp32_twin", self.fp32_twin);
  }
};

/// Elements of the policy's gradients, still multiplied by the loss scale.
struct LockstepGradients {
  std::int64_t looked_at = 0;
  std::int64_t zeros = 0;
  std::int64_t half_subnormals = 0;  ///< Not 0, and below 2^-14.
  std::int64_t flushed = 0;          ///< 0 here, and not 0 in FP64.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("looked_at", self.looked_at);
    visit("zeros", self.zeros);
    visit("half_subnormals", self.half_subnormals);
    visit("flushed", self.flushed);
  }
};

/// The tensor with the largest distance(policy) / (distance(twin) + 2^-digits * its norm).
struct LockstepWorstTensor {
  std::string tensor;
  double ratio = kNotMeasured;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("tensor", self.tensor);
    visit("ratio", self.ratio);
  }

  static FieldDefect form_defect(const LockstepWorstTensor& worst) {
    return name_defect("tensor", worst.tensor);
  }
};

/// L2 distances from FP64 over all tensors of one part, in the part's own unit.
struct LockstepDistance {
  /// For gradients, the norm of FP64's gradient; for the other parts, how far FP64 has moved.
  double norm = kNotMeasured;
  double policy = kNotMeasured;
  double twin = kNotMeasured;
  double fp32 = kNotMeasured;
  double fp32_twin = kNotMeasured;
  LockstepWorstTensor worst;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("norm", self.norm);
    visit("policy", self.policy);
    visit("twin", self.twin);
    visit("fp32", self.fp32);
    visit("fp32_twin", self.fp32_twin);
    visit("worst", self.worst);
  }
};

struct LockstepDistances {
  LockstepDistance gradient;  ///< Unscaled.
  LockstepDistance weights;   ///< The optimizer's, after the step.
  LockstepDistance update;    ///< The same, from what FP64 computes from the training's gradients.
  LockstepDistance statistics;  ///< Batch norm's running means and variances.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("gradient", self.gradient);
    visit("weights", self.weights);
    visit("update", self.update);
    visit("statistics", self.statistics);
  }
};

/// One step of all five trainings on the same batch.
struct LockstepStep {
  std::int64_t step = 0;
  double lr = kNotMeasured;     ///< Learning rate.
  double scale = kNotMeasured;  ///< Factor of the policy's loss in this step.
  bool overflow = false;        ///< The policy's scaler saw a gradient that is not finite.
  bool skipped = false;         ///< No training moved its weights.
  LockstepLosses loss;
  LockstepGradients gradients;
  LockstepDistances distance;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("step", self.step);
    visit("lr", self.lr);
    visit("scale", self.scale);
    visit("overflow", self.overflow);
    visit("skipped", self.skipped);
    visit("loss", self.loss);
    visit("gradients", self.gradients);
    visit("distance", self.distance);
  }
};

/// Measurements of the stage `lockstep`: one row, precision and seed.
struct LockstepRecord {
  std::string policy;                   ///< "fp16-master", ...
  std::string scaler;                   ///< "static", ...
  std::int64_t digits = 0;              ///< Significant binary digits that the policy stores.
  std::int64_t batch = 0;               ///< Images in a step.
  std::vector<std::string> departures;  ///< As in TrainingRecord.
  std::int64_t steps = 0;               ///< The length of `series`.
  std::vector<LockstepStep> series;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("policy", self.policy);
    visit("scaler", self.scaler);
    visit("digits", self.digits);
    visit("batch", self.batch);
    visit("departures", self.departures);
    visit("steps", self.steps);
    visit("series", self.series);
  }
};

}  // namespace harness
