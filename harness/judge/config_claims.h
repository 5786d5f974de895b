#pragma once

#include "harness/judge/finding.h"

namespace harness {

/// Rules for what the configs inside the checkpoint and the log say (docs/judging.md). Where
/// neither states the fact, the source lacks the datum: NOT_VERIFIABLE.

/// The checkpoint's config against every fact that the suite states of the row: model, method,
/// arithmetic, learning rate, batch, crop, iterations. A batch may be the work of several
/// processes: it must be a multiple of the batch of one, unless the config says that one process
/// trained.
Finding judge_config(const ClaimContext& context);

/// Crop size of training, in the checkpoint's and the log's config.
Finding judge_crop(const ClaimContext& context);

/// Length of the schedule in both configs, last iteration in the log, and the iteration at which
/// the checkpoint was saved (mmcv 1.3.14 stores n - 1 for n in some cases).
Finding judge_iterations(const ClaimContext& context);

/// Loss scale in both configs and in the scaler's saved state, static or dynamic as the row says.
/// What the scale was in between is in no published file.
Finding judge_loss_scale(const ClaimContext& context);

}  // namespace harness
