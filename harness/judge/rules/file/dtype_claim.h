#pragma once

#include "harness/judge/finding.h"

namespace harness {

/// The element types of a checkpoint prove the arithmetic that made it, or disprove it.
///
/// Half convolutions with float batch norm are what a half-trained model leaves behind
/// (fp16-master); fp32, fp16-amp and bf16-amp keep all weights in float and cannot be told apart by
/// the file. What a tensor is follows from the file itself: the counter by its name, the norm by
/// its running statistics or a weight of one dimension, the rest are convolutions.
Finding judge_dtypes(const ClaimContext& context);

}  // namespace harness
