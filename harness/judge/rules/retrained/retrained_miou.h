#pragma once

#include "harness/judge/rules/retrained/comparison.h"
#include "harness/judge/rules/retrained/trainings.h"

namespace harness {

/// Do our retrainings reach the mIoU of the source's trainings?
///
/// With terms.reference_runs (mIoU of the source's own trainings of the recipe): the mean of ours
/// minus the mean of theirs, by Welch's interval. Without: the mean of ours minus the published
/// number, and the rounding of its printed digits is added to the margin. The published number
/// comes from one training; the margin has to cover the effect of its seed.
///
/// One run shows no spread. It is judged by the spread of the reference runs, or terms.spread, and
/// is AMBIGUOUS at best; without either it is AMBIGUOUS, whatever its value.
Finding retrained_miou(const TrainingRecords& trainings, const ComparisonTerms& terms);

/// `retrain.miou`, by all whole trainings in the row's arithmetic.
Finding judge_retrained_miou(const ClaimContext& context);

/// The difference that n trainings of this mean and spread would show from what `terms` name.
Difference miou_difference(const Sample& ours, const ComparisonTerms& terms);

/// The standard deviation over seeds that the suite states: that of the reference runs, else
/// terms.spread; NaN without either.
double known_spread(const ComparisonTerms& terms);

/// The margin, plus the rounding of the printed number where the comparison is with one.
double miou_margin(const ComparisonTerms& terms);

}  // namespace harness
