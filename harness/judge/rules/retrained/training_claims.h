#pragma once

#include "harness/judge/finding.h"

namespace harness {

/// `retrain.miou`: do our retrainings of the row reach the published mIoU?
///
/// With conditions.reference_runs (mIoU of other trainings of the same recipe, the source's own)
/// ours have to be of the same population: Welch's two-sided test with p >= 0.05; a single run has
/// to lie in the 95 % prediction interval of the reference and is AMBIGUOUS if it does. Without,
/// the published number has to lie in the 95 % prediction interval of our runs. Fewer runs than
/// that needs are AMBIGUOUS, with the number it takes.
Finding judge_retrained_miou(const ClaimContext& context);

/// `retrain.loss_scale`: the scale stood at the published number in every step (static scalers),
/// or began there (dynamic ones). Says how many steps were skipped, where a dynamic scale went, and
/// which share of the gradients was 0 or subnormal in half.
Finding judge_retrained_loss_scale(const ClaimContext& context);

/// `retrain.arithmetic`: the operators of training really ran in the dtypes of the policy, by the
/// census of what was dispatched.
Finding judge_retrained_arithmetic(const ClaimContext& context);

/// `retrain.finite`: 0 steps with a loss or gradient that is not finite.
Finding judge_retrained_finite(const ClaimContext& context);

/// `retrain.memory`: peak bytes of tensors in the row's arithmetic over those in FP32, against the
/// published ratio.
Finding judge_retrained_memory(const ClaimContext& context);

}  // namespace harness
