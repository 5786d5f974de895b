#pragma once

#include <string_view>

#include "harness/judge/rules/file/examined_files.h"

namespace harness {

/// Rules for what the configs inside the checkpoint and the log say (docs/judging.md). Where
/// neither states the fact, the source lacks the datum: NOT_VERIFIABLE. Where only one of the files
/// can be judged it decides alone; where neither can, the checkpoint's absence is the finding.

/// The value of `loss_scale` where no table claims one: a scale that was saved has to be a scale.
inline constexpr std::string_view kPossibleScale = "possible";

/// Crop size of training, in the checkpoint's and the log's config.
Finding judge_crop(const ExaminedFiles& files, const Claim& claim);

/// Length of the schedule in both configs, last iteration in the log, and the iteration at which
/// the checkpoint was saved (mmcv 1.3.14 stores n - 1 for n in some cases).
Finding judge_iterations(const ExaminedFiles& files, const Claim& claim);

/// Loss scale in both configs and in the scaler's saved state, static or dynamic as the row says.
/// What the scale was in between is in no published file. A saved scale that is 0, negative or not
/// finite fails whatever is claimed.
Finding judge_loss_scale(const ExaminedFiles& files, const Row& row, const Claim& claim);

}  // namespace harness
