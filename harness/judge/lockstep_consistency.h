#pragma once

#include <string>

#include "harness/record/lockstep_record.h"

namespace harness {

/// What in the record cannot be together, in words, or "": the steps are numbered from 0, each as
/// many as its place says, and no two alike; those that were made had a learning rate, those that
/// were skipped an overflow; every step has the gradients of the same parameters. No arithmetic
/// that rounds has FP64's gradient, and what was flushed to 0 is among the zeros.
std::string inconsistency(const LockstepRecord& record);

}  // namespace harness
