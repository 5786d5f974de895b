#pragma once

#include <string>

#include "harness/record/run_result.h"
#include "harness/record/speed_record.h"

namespace harness {

/// What in the record cannot be together, in words, or "". Rates, medians, intervals and ratios are
/// computed again from the times that they are of (base/statistics/block_bootstrap.h), kernels are
/// added up, and a CPU has neither kernels nor a driver's clocks. No network is faster than the
/// roof of its arithmetic (by 5 %, or 4 times where Winograd's algorithm may have computed), the
/// kernels of an image take no longer than an image (by 10 %), and on a GPU the rates of both
/// protocols differ by no more than a factor of 1.5.
std::string inconsistency(const RunResult& result, const SpeedRecord& record);

/// Of all kernels together.
double kernel_seconds(const KernelCensusRecord& census);

}  // namespace harness
