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
/// check skipped changed nothing, so its non-finite values do not count; but a training that
/// skipped every step has trained nothing and fails, or is AMBIGUOUS where it was cut short while
/// its scale was coming down. `measured`: the number of steps that applied a
/// non-finite value; it has to equal `published`.
Finding retrained_finite(const TrainingRecords& trainings, double published);

/// What the suite says about the memory ratio.
struct ExpectedMemory {
  std::optional<double> ratio;  ///< Peak bytes in half over those in FP32.
  double rounding = 0.0;
  std::optional<Tolerance> tolerance;
};

/// Peak bytes of tensors in half precision over those in FP32: the largest and the smallest ratio
/// of any two trainings. Both have to fit; `measured` is the one farther from the published ratio.
Finding retrained_memory(const TrainingRecords& half, const TrainingRecords& single,
                         const ExpectedMemory& expected);

/// `retrain.arithmetic`.
Finding judge_retrained_arithmetic(const ClaimContext& context);

/// `retrain.finite`.
Finding judge_retrained_finite(const ClaimContext& context);

/// `retrain.memory`.
Finding judge_retrained_memory(const ClaimContext& context);

}  // namespace harness
