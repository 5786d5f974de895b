#pragma once

#include "harness/judge/finding.h"
#include "harness/record/examine_record.h"

namespace harness {

/// Rules for the published training log (docs/judging.md).

/// The log is this row's: the stem of its experiment name is the row's id and, where the checkpoint
/// names an experiment, the checkpoint's; and its config equals that of the checkpoint where both
/// have one. A log without a name cannot be told from another's.
/// checkpoint: null where it cannot be judged.
Finding judge_log_config(const LogRecord& log, const CheckpointRecord* checkpoint,
                         const Claim& claim);

/// mIoU of the last validation line, in percent, compared with the published number. Where the line
/// has numbers by class, it has those of all classes that the log trains, and its means and the
/// accuracy of all pixels are theirs. That the class numbers are the network's nobody can tell from
/// a log: numbers that were all changed together with their means stay unseen.
Finding judge_log_miou(const LogRecord& log, const Claim& claim);

}  // namespace harness
