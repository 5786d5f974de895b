#pragma once

#include <cstdint>
#include <map>

#include "harness/judge/finding.h"
#include "harness/record/lockstep_record.h"

namespace harness {

/// The expectations by which the locksteps of a row are judged.
struct LockstepExpected {
  const Claim& claim;  ///< Its value is the ratio that rounding costs, its tolerance the allowance.
  /// The arithmetic stores FP16 numbers, whose range small gradients can leave.
  bool has_half_range = true;
};

/// Does a training in the row's arithmetic stay as close to FP64 as rounding allows, step by step,
/// from the same state and on the same batches (docs/lockstep.md)?
///
/// The reference error is that of the twin: FP64 rounded to the digits that the arithmetic stores,
/// and otherwise exact. A ratio is distance(arithmetic) / distance(twin); 1 is what rounding costs.
/// measured: the largest of
/// - the medians over the judged steps of the ratios of gradient, update and statistics,
/// - a quarter of the medians of the worst single tensor's,
/// - a tenth of the largest ratio of one step, of the weights' too: one unit that flips passes,
/// - the root mean squares of all judged losses, one rounding of the loss allowed.
/// Judged are the steps that the loss scaler did not skip, before the horizon: the first step at
/// which the twin's gradient is half its norm from FP64's, or FP32's rounding moves the training a
/// twentieth as far as the arithmetic's. From there on even correct roundings diverge.
///
/// PASS within the tolerance in every seed. FAIL outside of it; when a step that was not skipped
/// has a loss or a distance that is not finite, even beyond the horizon; when every step was
/// skipped; when a value of a judged step is not finite; when an arithmetic with half's range loses
/// more than 0.1 % of its gradients to 0 or holds more than half as subnormals in a judged step;
/// when FP32 is farther than a quarter of the twin in the first 3 judged steps. AMBIGUOUS when a
/// seed has fewer than 3 judged steps. The worst seed decides. records: by seed; none is a FAIL.
Finding judge_lockstep_records(const std::map<std::int64_t, LockstepRecord>& records,
                               const LockstepExpected& expected);

/// `retrain.lockstep`: judge_lockstep_records() of every seed that the job asked for. A seed whose
/// execution failed, left nothing or recorded something else is a FAIL that names it, and so is one
/// that was skipped while others were not; where all were skipped, so is the claim.
Finding judge_lockstep(const ClaimContext& context);

}  // namespace harness
