#pragma once

#include <string>

#include "harness/record/paper_records.h"

namespace harness {

/// What in a record of an experiment on the paper cannot be together, in words, or "". Each follows
/// from how the numbers are counted (harness/paper/), whatever the row computes.

/// The relative error from which harness/paper/accumulation.cpp counts a channel as off.
inline constexpr double kOffChannel = 0.01;

/// Parts are no larger than their wholes: updates by their ratio, weights that moved, the first
/// step among all. Masters are counted in every step, there is a loss for each, and a weight that
/// never moved in half alone is not among those that did.
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
/// images.
std::string inconsistency(const OverflowRecord& record);

}  // namespace harness
