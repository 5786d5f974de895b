#pragma once

#include "harness/judge/finding.h"

namespace harness {

/// Rules for half precision against FP32 on one checkpoint and the same images, so that the noise
/// of retraining has no influence (docs/judging.md). Evidence: the stage parity, which rests on
/// both evaluations (row_evaluations.h). Having no image or no pixel is a failure.

/// mIoU in half minus mIoU in FP32, in points. The reason shows the 95 % interval of a paired
/// bootstrap over images; it does not decide.
Finding judge_parity(const ClaimContext& context);

/// Share of pixels whose class changes, 0 to 1.
Finding judge_parity_pixels(const ClaimContext& context);

/// The distance of the half logits from FP64's, in units of what FP32's own distance allows:
/// rmse / (rounding_over_fp32 * rmse_reference). FP16 keeps 13 digits fewer than FP32 (11 against
/// 24), so rounding alone takes it 2^13 times as far, bfloat16 2^16 times (arithmetic/policy.h);
/// around 1 is what half precision costs, more is a fault. Without a positive FP32 distance there
/// is no reference error, and the claim fails.
Finding judge_parity_logits(const ClaimContext& context);

}  // namespace harness
