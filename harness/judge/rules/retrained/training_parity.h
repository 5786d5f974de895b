#pragma once

#include "harness/judge/rules/retrained/comparison.h"
#include "harness/judge/rules/retrained/trainings.h"

namespace harness {

/// Is the mean mIoU over seeds in half precision minus that in FP32 the published difference (0
/// without terms.published)? Paired by seed; a seed that was trained in only one of them fails.
/// FAIL, PASS and AMBIGUOUS as in judge_comparison().
Finding training_parity(const TrainingRecords& half, const TrainingRecords& single,
                        const ComparisonTerms& terms);

/// `retrain.parity`, by all whole trainings in the row's half precision and in FP32.
Finding judge_retrained_parity(const ClaimContext& context);

}  // namespace harness
