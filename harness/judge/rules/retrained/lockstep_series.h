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
/// Half and its twin round the same numbers to the same digits, so neither is farther by nature:
/// the inverse of every ratio has the same tolerance. Of the losses it is the twin's distance over
/// half's, with the one rounding allowed to half's: half alone may be lucky.
///
/// PASS within the tolerance in every seed. FAIL outside of it, on either side; when a step that
/// was not skipped has a loss or a distance that is not finite, even beyond the horizon; when a
/// value of a judged step is not finite, a distance 0, or the twin as far from FP64 as FP64 has
/// come; when every step was skipped, unless a dynamic scale was still coming down (AMBIGUOUS, with
/// the steps that it takes at most); when an arithmetic with half's range loses
/// more than 0.1 % of its gradients to 0 or holds more than half as subnormals in a judged step;
/// when FP32 is farther than a quarter of the twin in the first 3 judged steps, its loss (one
/// rounding in half allowed) included. AMBIGUOUS when a
/// seed has fewer than 3 judged steps. The worst seed decides. records: by seed; none is a FAIL.
Finding judge_lockstep_records(const std::map<std::int64_t, LockstepRecord>& records,
                               const LockstepExpected& expected);

}  // namespace harness
