#pragma once

#include <cstdint>
#include <optional>

#include "harness/base/json.h"
#include "harness/train/trainer.h"

namespace harness {

/// What is counted over a whole training, through stops.
class TrainingTallies {
 public:
  void add(const Iteration& iteration);

  /// Of the gradients of one step, still scaled: how many are 0, and how many FP16 could only hold
  /// as subnormals (0 < |g| < 2^-14).
  void add_gradients(const StepGradients& gradients);

  /// The metrics of an evaluation in between (evaluation_record()).
  void add_validation(std::int64_t iteration, const Json& evaluation);

  /// In which dtypes the operators ran (OperatorCensus::counts()).
  void set_census(const Json& counts) { state_["census"] = counts; }
  bool has_census() const { return state_.contains("census"); }

  /// The largest of all that are seen stays.
  void see_peak(std::int64_t bytes);

  /// {"steps", "skipped", "overflows", "non_finite_steps", "first_non_finite_step", "scale":
  /// {"first", "last", "min", "max", "changes": [[step, scale], ...]}, "loss": {"first", "last"},
  /// "gradients": {"looked_at", "zeros", "half_subnormals"}, "seconds", "data_seconds",
  /// "iterations_per_second", "validation": [{"iteration", "miou", "macc", "aacc"}], "miou" (of the
  /// last validation), "best_miou", "peak_bytes",
  /// "census" (null when it was not taken)}.
  Json record() const;

  Json state() const { return state_; }
  void restore(const Json& state) { state_ = state; }

 private:
  Json state_ = Json::object();
};

}  // namespace harness
