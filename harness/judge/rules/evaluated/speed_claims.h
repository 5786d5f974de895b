#pragma once

#include <string>

#include "harness/judge/evidence.h"
#include "harness/judge/finding.h"
#include "harness/record/speed_record.h"

namespace harness {

/// These claims rest on records of the row's own model alone (row_model.h); another one is a
/// failure.

/// Whether the stage speed speaks of the row's own precision in this job: it left a result there,
/// or the job asked for it by name.
bool is_timed(const ClaimContext& context);

/// `fps` by the source's protocol, on the hardware that it was published for. UNFIT on other
/// hardware, for images of another size or in page-locked memory, for another layout than the
/// source's and where cuDNN benchmarked; AMBIGUOUS for a doubt (speed_doubts.h): fewer images than
/// the protocol has, something that may have slowed the GPU down, a speed that no roof bounds.
Finding judge_timed_fps(const ClaimContext& context);

/// `fps.ratio`: the row's arithmetic is at least as many times as fast as FP32, by our own
/// protocol. PASS where the whole 95 % interval is at or above the published ratio less what is
/// allowed, FAIL where it is below, else AMBIGUOUS, as it is for a doubt (speed_doubts.h) and where
/// fewer than 5 rounds were timed. Rests on FP32's own result too (speed_pair.h). UNFIT on a
/// CPU, on a GPU without half tensor cores (compute capability below 7.0) and for what is UNFIT for
/// `fps`, but for the hardware.
Finding judge_speedup(const ClaimContext& context);

/// AMBIGUOUS, with the number beside it where it is finite.
Finding ambiguous(std::string reason, double measured);

/// The record of the stage speed, of the row's own model, or why there is none.
RecordEvidence<SpeedRecord> find_speed(const ClaimContext& context, const std::string& precision);

/// Whether a number is at least the claim's less what is allowed. low and high: the ends of the
/// measured number's interval.
Finding judge_at_least(const Claim& claim, double measured, double low, double high,
                       const std::string& how);

/// Why times of this setup on the hardware of this result say nothing of the claim, `fps`,
/// `fps.ratio` or `kernels`; "" when they do. Reads no measurement.
std::string unfit_timing(const ClaimContext& context, const RunResult& result,
                         const SpeedSetup& setup);

}  // namespace harness
