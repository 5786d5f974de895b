#pragma once

#include "harness/judge/finding.h"
#include "harness/record/examine_record.h"

namespace harness {

/// Rules for what a checkpoint's bytes say by themselves (docs/judging.md). Each finding names what
/// was expected, what was found and where.

/// The file's sha256 starts with the published digits. Needs no more of the file than its bytes.
Finding judge_hash(const CheckpointRecord& checkpoint, const Claim& claim);

/// The file was read to its end, and is of the format the claim names ("pth" takes either).
Finding judge_format(const CheckpointRecord& checkpoint, const Claim& claim);

/// Names and shapes of the state dict are those of the row's model, each once, none more. What the
/// row does not say of the model is read from the config inside.
Finding judge_tensors(const CheckpointRecord& checkpoint, const Row& row);

/// No weight is NaN or infinite. Masks and observers' bounds are none: what is infinite of them is
/// left out, and said to be.
Finding judge_finite(const CheckpointRecord& checkpoint, const Claim& claim);

}  // namespace harness
