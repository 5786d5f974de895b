#pragma once

#include "harness/judge/finding.h"

namespace harness {

/// `retrain.lockstep`: does a training in the row's arithmetic stay as close to FP64 as rounding
/// allows, step by step, from the same state and on the same batches (docs/lockstep.md)?
///
/// The yardstick is the twin: FP64 with the digits that the arithmetic stores, and nothing else
/// lost. A ratio is distance(arithmetic) / distance(twin), 1 is what rounding costs. measured: the
/// largest of
/// - the medians over the judged steps of the ratios of gradient, update and statistics,
/// - a quarter of the medians of the worst single tensor's,
/// - a tenth of the largest ratio of one step, of the weights' too: one unit that flips passes,
/// - the root mean squares of all judged losses, one rounding of the loss allowed.
/// Judged are the steps before the horizon, the first at which the twin's gradient lies half its
/// length from FP64's, or FP32's digits lead a twentieth as far as the arithmetic's: from there on
/// right roundings lead elsewhere too. Steps that were skipped are not judged.
///
/// PASS within the tolerance in every seed. FAIL outside of it, when a value is missing or not
/// finite, when an FP16 arithmetic loses more than 0.1 % of its gradients to 0 or holds more than
/// half as subnormals in a judged step, when FP32 lies farther than a quarter of the twin in the
/// first 3 judged steps. AMBIGUOUS when a seed has fewer than 3 judged steps.
Finding judge_lockstep(const ClaimContext& context);

}  // namespace harness
