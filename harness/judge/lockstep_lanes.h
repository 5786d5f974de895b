#pragma once

#include <string>

#include "harness/record/lockstep_record.h"

namespace harness {

/// What the distances of one training of a lockstep say of each other, and what they cannot say,
/// in words, or "". By the update rule alone, whatever network and data are:
/// - A training's weights after a step lie |lr * m - lr * m64| farther from FP64's than before, at
///   most, and at least that less the distance before; `update` is what storing the weights adds.
///   Its momentum m is the sum of its gradients, old ones counting at most once (momentum and
///   weight decay are at most 1). So `gradient`, `weights`, `update` and the learning rate bound
///   one another from both sides, in the first step within `update` alone.
/// - A step that was skipped leaves `weights` and `update` as they were.
/// - Both have one norm: how far FP64 moved.
/// - Of numbers that are rounded to d digits the error is uniform in half a last place; relative
///   to a mantissa of at most 2 its root mean square is 2^-d / (2 * sqrt(3)). So no gradient that
///   was stored in d digits lies nearer than 2^-(d + 2) of its norm: a training that does ran in
///   more digits, or is FP64.
/// - Over all tensors together the distance is at most the worst tensor's ratio times the
///   yardstick that the ratio is of (Minkowski's inequality): no part is farther than its worst.
/// - In the first step all weights are the same, so that losses differ by roundings alone: by less
///   than 2^10 units of the last place in which the training computes.
/// - Every optimizer's weights are FP32, whatever their gradients are, so that what storing them
///   adds (`update`) is alike in all trainings that round: none has 4 times another's.
/// - Two trainings never come to the same distance, and none to FP64's loss.
///
/// Distances that are all multiplied by one factor, those of the weights with them, stay what they
/// are to one another. Such a record is told by the digits rule where the factor is below about a
/// quarter; above that nothing in it says how far roundings lead a network, and no verdict depends
/// on it: what is judged are quotients.
std::string lane_defect(const LockstepRecord& record);

}  // namespace harness
