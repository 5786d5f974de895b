#pragma once

#include "harness/judge/finding.h"
#include "harness/record/examine_record.h"

namespace harness {

/// Rules for the published training log (docs/judging.md).

/// The log is this row's: the stem of its experiment name is the row's id, and its config equals
/// the checkpoint's where both have one. A log without a name cannot be told from another's.
/// checkpoint: null where it cannot be judged.
Finding judge_log_config(const LogRecord& log, const CheckpointRecord* checkpoint,
                         const Claim& claim);

/// mIoU of the last validation line, in percent, compared with the published number.
Finding judge_log_miou(const LogRecord& log, const Claim& claim);

}  // namespace harness
