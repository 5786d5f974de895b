#pragma once

#include "harness/judge/finding.h"

namespace harness {

/// Rules for the activations of our forward pass. Evidence: the stage evaluate (docs/judging.md).

/// Non-finite activations and logits of the forward pass: none.
Finding judge_finite_forward(const ClaimContext& context);

/// Largest magnitude of the half-precision forward pass: at most the published limit of the type
/// that it computes in (65504 for FP16), nothing above FP16's range where that is the type, nothing
/// non-finite. The reason shows the shares of FP16's subnormals and of zeros.
Finding judge_range(const ClaimContext& context);

}  // namespace harness
