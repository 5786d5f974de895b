#pragma once

#include <optional>

#include "harness/precision/loss_scaler.h"
#include "harness/precision/policy.h"
#include "harness/precision/sgd.h"
#include "harness/precision/upstream_quirks.h"

namespace harness {

/// The arithmetic of a training.
struct TrainingOptions {
  Policy policy = Policy::kFp32;
  ScalerOptions scaler;
  SgdOptions sgd;
  std::optional<double> max_grad_norm;  ///< Clips unscaled gradients (torch clip_grad_norm_, L2).
  UpstreamQuirks quirks;
  /// fp16-master only. false: weights live in half alone and each update is rounded to half (what
  /// arXiv 1710.03740 section 3.1 warns of).
  bool keep_masters = true;
  /// Lays images and convolution weights out channels last (NHWC in memory; shapes stay). The same
  /// arithmetic with sums in another order; on a CPU a training iteration takes about an eighth
  /// less time.
  bool channels_last = false;
};

/// The scaler that the source would use under a policy where nothing is said: static 512 for
/// fp16-master, grad-scaler-pinned 512 for fp16-amp, none for the others.
ScalerOptions default_scaler(Policy policy);

/// Whether a step is skipped in which a gradient is infinite or NaN: under every scaler but none
/// and, with the quirk no-overflow-check, static.
bool skips_overflows(const TrainingOptions& options) noexcept;

/// Throws Error(kUsage) with the reason where the parts make no sense together:
/// - fp32 and fp64 take no scaler: nothing has to be rescued, and the source scales in its FP16
/// hook
///   only; bf16-amp takes none: bfloat16 has float's range of exponents;
/// - fp16-master takes none of GradScaler's kinds: it refuses half gradients;
/// - quirks and the lack of masters are those of fp16-master; no-overflow-check is one of a static
///   scale: dynamic scaling came with the check (mmcv 1.2.0).
void require_sensible(const TrainingOptions& options);

}  // namespace harness
