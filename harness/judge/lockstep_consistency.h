#pragma once

#include <string>

#include "harness/record/lockstep_record.h"

namespace harness {

/// What in the record cannot be together, in words, or "": the steps are numbered from 0, each as
/// many as its place says; those that were made had a learning rate, those that were skipped an
/// overflow; every step has the gradients of the same parameters.
std::string inconsistency(const LockstepRecord& record);

}  // namespace harness
