#pragma once

#include "harness/judge/finding.h"

namespace harness {

/// Rests on a record of the row's own model alone, as the claims of speed do (speed_claims.h).

/// `kernels`: the share of the time of dense convolutions that is spent in kernels of the row's
/// arithmetic (half tensor cores for FP16) is at least the value less what is allowed; and where
/// FP32 was asked for, nothing of it is in TF32 or another narrower type. A kernel of unknown name
/// never passes, and a census of less than half of an image's time, or of fewer kernels than the
/// model has convolutions, is none. UNFIT where no GPU ran,
/// where its profiler refuses, and for images of another size than the claim's, or else than that
/// of the row's `fps`.
Finding judge_kernels(const ClaimContext& context);

}  // namespace harness
