#pragma once

#include "harness/judge/finding.h"

namespace harness {

/// Rules for what the configs inside the checkpoint and the log say (docs/judging.md). Where
/// neither states the fact, the source lacks the datum: NOT_VERIFIABLE.

/// Crop size of training, in the checkpoint's and the log's config.
Finding judge_crop(const ClaimContext& context);

/// Length of the schedule in both configs, last iteration in the log, and the iteration at which
/// the checkpoint was saved (mmcv 1.3.14 stores n - 1 for n in some cases).
Finding judge_iterations(const ClaimContext& context);

/// Loss scale in both configs and in the scaler's saved state, static or dynamic as the row says.
/// What the scale was in between is in no published file.
Finding judge_loss_scale(const ClaimContext& context);

}  // namespace harness
