#pragma once

#include <string>

#include "harness/judge/finding.h"

namespace harness {

/// Peak memory in GB (2^30 bytes) and images per second. Judged only on the hardware that they were
/// published for (judge/hardware.h); elsewhere UNFIT, with the measured number beside it. Also
/// UNFIT where they were published for another stage (claim.conditions.stage). The memory of
/// training is judged by its own stage, on every hardware (judge_training_memory).
Finding judge_memory(const ClaimContext& context);
Finding judge_fps(const ClaimContext& context);

/// Why a number that was published with `backend` and `mode` says nothing about our computation of
/// the row: neither another library nor another arithmetic is as fast or as large. "" when it does.
std::string unfit_computation(const Json& conditions, const Row& row);

/// UNFIT, with the number beside it where it is finite.
Finding unfit(std::string reason, double measured);

}  // namespace harness
