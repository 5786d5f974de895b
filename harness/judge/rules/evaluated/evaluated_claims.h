#pragma once

#include "harness/judge/finding.h"

namespace harness {

/// Rules for what our evaluation of the published checkpoint measured, in the row's own arithmetic
/// (docs/judging.md). Other arithmetics that were run are named in the reason.

/// mIoU in percent. No image, no counted pixel or no finite mIoU is a failure.
Finding judge_miou(const ClaimContext& context);
Finding judge_miou_ms_flip(const ClaimContext& context);

}  // namespace harness
