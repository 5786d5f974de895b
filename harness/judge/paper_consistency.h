#pragma once

#include <string>

#include "harness/record/paper_records.h"

namespace harness {

/// What in a record of an experiment on the paper cannot be together, in words, or "". Each follows
/// from how the numbers are counted (harness/paper/), whatever the row computes.

/// No mean cross entropy of a training is larger, where it is finite: guessing among 19 classes
/// costs ln 19 = 2.9 for each head, and logits would have to lie 100 apart.
inline constexpr double kLargestLoss = 100.0;

/// Parts are no larger than their wholes: updates by their ratio, weights that moved, the first
/// step among all. Masters are counted in every step, there is a loss for each that one can have
/// (kLargestLoss), and a weight that never moved in half alone is not among those that did.
std::string inconsistency(const MasterWeightsRecord& record);

/// Exponents are those of all gradients that are not 0, the largest of them has the last one, and
/// they give how many lie below each boundary. A logit's gradient is an activation's.
std::string inconsistency(const LossScalingRecord& record);

/// Errors follow from the sums that they are of, a sum that overflows has no value, and the worst
/// channel is off exactly where some are.
std::string inconsistency(const AccumulationRecord& record);

/// Overflows are the steps without a finite gradient. Where they are looked for they are the
/// skipped ones, else none is skipped and the first of them ruins a master. A dynamic scale falls
/// after them and nowhere else, a static one stands. All runs begin with one model, on the same
/// images. Losses and norms are some that a training can have, or not finite.
std::string inconsistency(const OverflowRecord& record);

}  // namespace harness
