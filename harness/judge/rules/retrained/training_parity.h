#pragma once

#include "harness/judge/finding.h"

namespace harness {

/// `retrain.parity`: is the mean mIoU over seeds the same in the row's arithmetic and in FP32?
/// Paired by seed. The claim's tolerance.abs is the margin. PASS when the 90 % interval of the mean
/// difference lies inside the margin (two one-sided tests, alpha 0.05), FAIL when the 95 % interval
/// lies outside of it, AMBIGUOUS in between and for fewer than 3 pairs, with the number it takes.
Finding judge_retrained_parity(const ClaimContext& context);

}  // namespace harness
