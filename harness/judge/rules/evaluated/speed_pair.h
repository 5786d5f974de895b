#pragma once

#include <string>

#include "harness/arithmetic/policy.h"
#include "harness/judge/evidence.h"
#include "harness/record/speed_record.h"

namespace harness {

/// Why the two results of the stage speed are not of one comparison; "" when they are. Both were
/// timed in turn in one process, so the reference's own times are those that the result compares
/// itself with, and setup, device, GPU, build and operations, the roofs, the warm-up and the clocks
/// of our own protocol are the same. The network's speed-up is the ratio of its two medians, up to
/// their intervals and a tenth: it is the median of ratios. FP16 master weights are stored in half:
/// their bytes are below 0.6 of the reference's. Under autocast weights stay FP32. Both have a
/// record.
std::string mismatch(const RecordEvidence<SpeedRecord>& timed,
                     const RecordEvidence<SpeedRecord>& reference, Policy policy);

}  // namespace harness
