#pragma once

#include <optional>

#include "harness/arithmetic/policy.h"
#include "harness/arithmetic/scaler.h"
#include "harness/arithmetic/upstream_quirks.h"
#include "harness/precision/sgd.h"

namespace harness {

/// The arithmetic of a training.
struct TrainingOptions {
  Policy policy = Policy::kFp32;
  ScalerOptions scaler;
  SgdOptions sgd;
  std::optional<double> max_grad_norm;  ///< Clips unscaled gradients (torch clip_grad_norm_, L2).
  UpstreamQuirks quirks;
  /// For a policy with masters. false: weights exist in half only and each update is rounded to
  /// half (what arXiv 1710.03740 section 3.1 warns of).
  bool keep_masters = true;
  /// Stores images and convolution weights channels last (NHWC in memory; shapes do not change).
  /// The same arithmetic with sums in another order; on a CPU a training iteration takes about an
  /// eighth less time.
  bool channels_last = false;
};

/// Whether a step with an infinite or NaN gradient is skipped: under every scaler except none and,
/// with the quirk no-overflow-check, static.
bool skips_overflows(const TrainingOptions& options) noexcept;

/// Throws Error(kUsage) with the reason where the parts make no sense together: what find_objection
/// (arithmetic/arithmetic.h) refuses, and the lack of masters under a policy that has none.
void require_sensible(const TrainingOptions& options);

}  // namespace harness
