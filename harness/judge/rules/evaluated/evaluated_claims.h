#pragma once

#include "harness/judge/finding.h"

namespace harness {

/// Rules for the results of our evaluation of the published checkpoint, in the row's own arithmetic
/// (docs/judging.md). The reason names other arithmetics that were run.

/// mIoU in percent. No image, no counted pixel or no finite mIoU is a failure.
Finding judge_miou(const ClaimContext& context);
Finding judge_miou_ms_flip(const ClaimContext& context);

}  // namespace harness
