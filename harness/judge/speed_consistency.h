#pragma once

#include <string>

#include "harness/record/run_result.h"
#include "harness/record/speed_record.h"

namespace harness {

/// What in the record cannot be together, in words, or "". Rates, medians, intervals and ratios are
/// computed again from the times that they are of (base/block_bootstrap.h), kernels are added up,
/// and a CPU has neither kernels nor a driver's clocks.
std::string inconsistency(const RunResult& result, const SpeedRecord& record);

}  // namespace harness
