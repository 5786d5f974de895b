#pragma once

#include <string>

#include "harness/record/run_result.h"

namespace harness {

/// The place of the first measurement in which two results of one stage differ,
/// "measurements/series/0/loss"; "" where none does.
///
/// What differs from run to run of one arithmetic is not compared: times and what is computed from
/// them, memory of the process, and of the stage speed also the clocks, how many images found room
/// in the time of our own protocol (and in that of the source's where it was over before all were
/// timed), and the order of kernels, the longest first. Other counts, settings, operations, and the
/// kernels with their calls are compared.
///
/// Throws Error(kInvalidJson) for measurements of the stage speed that are none.
std::string first_difference(const RunResult& a, const RunResult& b);

}  // namespace harness
