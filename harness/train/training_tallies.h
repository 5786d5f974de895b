#pragma once

#include <cstdint>

#include "harness/base/json.h"
#include "harness/record/fields.h"
#include "harness/record/training_record.h"
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
  void set_census(const OperatorCounts& counts) { record_.census = counts; }
  bool has_census() const { return record_.census.has_value(); }

  /// The largest of all that are seen stays.
  void see_peak(std::int64_t bytes);

  /// What was counted so far, with the rates and the last and best mIoU that follow from it. What
  /// only the session knows (policy, scaler, iterations, flight report, ...) is left as it is.
  TrainingRecord record() const;

  Json state() const { return record_to_json(record_); }
  /// Throws Error(kInvalidJson) for a state of an earlier version.
  void restore(const Json& state);

 private:
  void add_scale(const StepRecord& step);

  TrainingRecord record_;
};

}  // namespace harness
