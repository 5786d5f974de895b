#pragma once

#include <cstdint>
#include <string>

#include "harness/table/suite.h"

namespace harness {

/// Bytes that a training step of the row will need on the CPU (measure_training_memory), by a step
/// on a crop of an eighth of each side: the state as it is, and the activations that it kept for
/// backward times 64, those of the loss twice because their gradients are as large, and 30 % more
/// of these for workspaces and what libraries allocate (the zoo's rows needed 4 to 21 %). Takes
/// seconds. 0 for crops so small that a step costs less than its estimate.
std::int64_t estimate_training_memory(const Row& row, const std::string& precision);

/// Bytes that this estimate takes itself, without running anything: LibTorch, and twice weights,
/// gradients and momentum in FP32 (the zoo's rows took 2.0 GiB at most). A machine that has less
/// would end the process. 0 where nothing is run.
std::int64_t estimation_memory(const Row& row);

/// Throws an Error(kUnavailable) with both numbers when `needed` is more than `available` bytes.
void require_memory(std::int64_t needed, std::int64_t available);

}  // namespace harness
