#pragma once

#include <cstdint>

#include "harness/base/json.h"
#include "harness/record/fields.h"
#include "harness/record/training_record.h"
#include "harness/train/trainer.h"

namespace harness {

/// Counts over a whole training, across resumes.
class TrainingTallies {
 public:
  void add(const Iteration& iteration);

  /// Counts the gradients of one step, still scaled, that are 0, and those that FP16 could only
  /// hold as subnormals (0 < |g| < 2^-14).
  void add_gradients(const StepGradients& gradients);

  /// Adds the metrics of a validation (evaluation_record()).
  void add_validation(std::int64_t iteration, const Json& evaluation);

  /// Sets the dtypes in which the operators ran (OperatorCensus::counts()).
  void set_census(const OperatorCounts& counts) { record_.census = counts; }
  bool has_census() const { return record_.census.has_value(); }

  /// Keeps the largest peak.
  void see_peak(std::int64_t bytes);

  /// The counts so far, with the rates and the last and best mIoU that follow from them. Fields
  /// that only the session knows (policy, scaler, iterations, flight report, ...) are not set.
  TrainingRecord record() const;

  Json state() const { return record_to_json(record_); }
  /// Throws Error(kInvalidJson) for a state of an earlier version.
  void restore(const Json& state);

 private:
  void add_scale(const StepRecord& step);

  TrainingRecord record_;
};

}  // namespace harness
