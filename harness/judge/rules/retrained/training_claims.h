#pragma once

#include <optional>

#include "harness/arithmetic/policy.h"
#include "harness/judge/rules/retrained/trainings.h"

namespace harness {

/// Did the operators of every training run in the dtypes of the policy, by the census of what was
/// dispatched, and was every training made under that policy? FAIL names the first seed that
/// differs.
Finding retrained_arithmetic(const TrainingRecords& trainings, Policy policy);

/// Was every loss, gradient and final weight of every training finite? A step that the overflow
/// check skipped changed nothing, so that what was not finite in it does not count; but a training
/// of which every step was skipped has trained nothing and fails. `measured`: the steps with a
/// value that is not finite and was applied; they have to be as many as `published`.
Finding retrained_finite(const TrainingRecords& trainings, double published);

/// What the suite says of the memory ratio.
struct ExpectedMemory {
  std::optional<double> ratio;  ///< Peak bytes in half over those in FP32.
  double rounding = 0.0;
  std::optional<Tolerance> tolerance;
};

/// Peak bytes of tensors in half precision over those in FP32, the largest and the smallest ratio
/// that any two trainings give. Both have to fit; `measured` is the one that lies farther off.
Finding retrained_memory(const TrainingRecords& half, const TrainingRecords& single,
                         const ExpectedMemory& expected);

/// `retrain.arithmetic`.
Finding judge_retrained_arithmetic(const ClaimContext& context);

/// `retrain.finite`.
Finding judge_retrained_finite(const ClaimContext& context);

/// `retrain.memory`.
Finding judge_retrained_memory(const ClaimContext& context);

}  // namespace harness
