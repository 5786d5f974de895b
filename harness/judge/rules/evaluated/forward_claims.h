#pragma once

#include "harness/judge/finding.h"

namespace harness {

/// Rules for the activations of our forward pass. Evidence: the stage evaluate (docs/judging.md).

/// Non-finite activations and logits of the forward pass: none.
Finding judge_finite_forward(const ClaimContext& context);

/// Largest magnitude of the half-precision forward pass: at most the published 65504, nothing above
/// FP16's range, nothing non-finite. The reason shows what was lost to subnormals and zeros.
Finding judge_range(const ClaimContext& context);

}  // namespace harness
