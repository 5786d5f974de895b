#pragma once

#include "harness/judge/finding.h"

namespace harness {

/// `retrain.lockstep`: does a training in the row's arithmetic stay as close to FP64 as rounding
/// allows, step by step, from the same state and on the same batches (docs/lockstep.md)?
///
/// The yardstick is the twin: FP64 with the digits that the arithmetic stores, and nothing else
/// lost. measured: the largest of distance(arithmetic) / distance(twin), both from FP64, over
/// loss, gradients, weights and batch norm's statistics and over the judged steps; 1 is what
/// rounding costs. Judged are the steps before the horizon, the first step at which the twin's own
/// gradient lies half its length from FP64's: from there on even right roundings lead elsewhere.
/// Steps that were skipped are not judged. PASS within the tolerance in every seed; FAIL outside of
/// it, when a value is not finite, or when FP32 fails the same rule against its own twin; AMBIGUOUS
/// when a seed has fewer than 3 judged steps.
Finding judge_lockstep(const ClaimContext& context);

}  // namespace harness
