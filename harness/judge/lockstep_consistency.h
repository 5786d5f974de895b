#pragma once

#include <string>

#include "harness/record/lockstep_record.h"

namespace harness {

/// What in the record cannot be together, in words, or "": the steps are numbered from 0, each as
/// many as its place says, and no two alike; those that were made had a learning rate and no
/// overflow, those that were skipped a gradient that is not finite; every step has the gradients of
/// the same parameters, and what was flushed to 0 is among the zeros. The five trainings are five,
/// each as far from FP64 as its own steps lead it (lockstep_lanes.h).
std::string inconsistency(const LockstepRecord& record);

}  // namespace harness
