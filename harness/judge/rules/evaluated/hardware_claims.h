#pragma once

#include <optional>
#include <string>

#include "harness/judge/finding.h"

namespace harness {

/// Peak memory in GB (2^30 bytes) and images per second. Judged only on the hardware that they were
/// published for (judge/hardware.h); elsewhere UNFIT, with the measured number beside it.
/// NOT_VERIFIABLE where the source names no hardware that a machine could be found to be. Also
/// UNFIT where they were published for another stage (claim.conditions.stage). The memory of
/// training is judged by its own stage, on every hardware (judge_training_memory).
Finding judge_memory(const ClaimContext& context);
/// By the stage speed where it speaks of the row (is_timed), else by the stage evaluate.
Finding judge_fps(const ClaimContext& context);

/// Why a number that was published for a `stage`, `batch_size` or `gpus` says nothing about one
/// image at a time on one device; "" when it does.
std::string unfit_work(const Json& conditions);

/// Why a number that was published with `backend` and `mode` says nothing about our computation of
/// the row: neither another library nor another arithmetic is as fast or as large. "" when it does.
std::string unfit_computation(const Json& conditions, const Row& row);

/// Why the claim cannot be judged by an evaluation of the row on this hardware; "" when it can.
std::string unfitness(const Claim& claim, const Row& row, const RunResult& result);

/// UNFIT, with the number beside it where it is finite.
Finding unfit(std::string reason, double measured);

/// Why a number of one hardware cannot be compared here, nullopt when it can, with the measured one
/// beside it: NOT_VERIFIABLE where the source names no hardware (unnamed_hardware), UNFIT for
/// `unfit_reason`, unless that is "".
std::optional<Finding> unjudgeable(const Claim& claim, const RunResult& result,
                                   std::string unfit_reason, double measured);

}  // namespace harness
