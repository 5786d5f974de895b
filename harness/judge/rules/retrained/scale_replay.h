#pragma once

#include <string>
#include <vector>

#include "harness/arithmetic/scaler.h"
#include "harness/record/lockstep_record.h"
#include "harness/record/training_record.h"

namespace harness {

/// Compares the recorded loss scale of every step with the one that a dynamic scaler's rules give
/// for the recorded overflows. Returns "" where all agree, else the first difference, or why the
/// record cannot show it.
///
/// The rules are implemented here a second time, independently of the scaler that trained:
/// - mmcv-dynamic (mmcv 1.3.14, LossScaler.update_scale): after an overflow the scale is divided by
///   the factor, but never below 1; after every growth_interval-th step since the last overflow,
///   the start counting as one at step -1, it is multiplied by it. In double.
/// - grad-scaler (torch, amp_update_scale_cuda_kernel): after an overflow times backoff_factor;
///   after growth_interval clean steps in a row times growth_factor, unless that is infinite. In
///   float.
std::string scale_difference(const TrainingRecord& record, const ScalerOptions& scaler);

/// The same for the steps of a lockstep, and for any scaler: a fixed scale never moves.
std::string scale_difference(const std::vector<LockstepStep>& series, const ScalerOptions& scaler);

/// A scale as the scaler holds it: torch's in float, so that 1e30 is a little more, mmcv's in
/// double.
double held_scale(ScalerType type, double scale);

}  // namespace harness
