#pragma once

#include "harness/judge/finding.h"

namespace harness {

/// Rules for what a checkpoint's bytes say by themselves (docs/judging.md). Evidence: the stage
/// verify. Each finding names what was expected, what was found and where.

/// The file's sha256 starts with the published digits. Judged even where the file cannot be read.
Finding judge_hash(const ClaimContext& context);

/// The file was read to its end, and is of the format the claim names ("pth" takes either).
Finding judge_format(const ClaimContext& context);

/// Names and shapes of the state dict are those of the row's model, each once, none more.
Finding judge_tensors(const ClaimContext& context);

/// No weight is NaN or infinite.
Finding judge_finite(const ClaimContext& context);

}  // namespace harness
