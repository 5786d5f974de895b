#pragma once

#include "harness/judge/finding.h"
#include "harness/record/examine_record.h"

namespace harness {

/// The element types of a checkpoint prove the arithmetic that made it, or disprove it: the weights
/// of convolutions and batch norm have the types that the claimed policy leaves
/// (arithmetic/policy.h). Only half training leaves half convolutions with FP32 batch norm;
/// policies that keep all weights in FP32 cannot be told apart by the file. What a tensor is
/// follows from the file itself: the counter by its name, the norm by its running statistics or a
/// weight of one dimension, the rest are convolutions.
Finding judge_dtypes(const CheckpointRecord& checkpoint, const Claim& claim);

}  // namespace harness
