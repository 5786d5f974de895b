#pragma once

#include "harness/judge/finding.h"

namespace harness {

/// Peak memory in GB (2^30 bytes) and images per second. Judged only on the hardware that they were
/// published for (judge/hardware.h); elsewhere UNFIT, with the measured number beside it. Also
/// UNFIT where they were published for another stage (claim.conditions.stage): the peak of training
/// says nothing about evaluation.
Finding judge_memory(const ClaimContext& context);
Finding judge_fps(const ClaimContext& context);

}  // namespace harness
