#pragma once

#include "harness/judge/finding.h"

namespace harness {

/// Rules for the published training log (docs/judging.md). Evidence: the stage verify.

/// The log is this row's: the stem of its experiment name is the row's id, and its config equals
/// the checkpoint's where both have one. A log without a name cannot be told from another's.
Finding judge_log_config(const ClaimContext& context);

/// mIoU of the last validation line, in percent, against the published number.
Finding judge_log_miou(const ClaimContext& context);

}  // namespace harness
