#pragma once

#include <cstdint>
#include <string_view>

#include "harness/train/training_setup.h"

namespace harness {

/// What a training step needs on the CPU, in bytes.
struct StepMemoryEstimate {
  std::int64_t standing = 0;     ///< Weights, gradients, momentum, ...: the same for any crop.
  std::int64_t activations = 0;  ///< And all else that grows with the crop.

  std::int64_t sum() const noexcept { return standing + activations; }
};

/// What a step of that model and recipe on `batch` images will need (measure_training_memory), by a
/// step on at most two images of an eighth of the crop's sides: the state as it is, and for each
/// image the activations that it kept for backward times 64, those of the loss twice because their
/// gradients are as large, and 30 % more of these for workspaces and what libraries allocate (the
/// zoo's rows needed 4 to 21 %). Takes seconds. 0 for crops so small that a step costs less than
/// its estimate.
StepMemoryEstimate estimate_step_memory(const TrainingSetup& setup, std::int64_t batch);

/// Bytes that this estimate takes itself, without running anything: LibTorch, and twice weights,
/// gradients and momentum in FP32 (the zoo's rows took 2.0 GiB at most). A machine that has less
/// would end the process. 0 where nothing is run.
std::int64_t estimation_memory(const TrainingSetup& setup, std::int64_t batch);

/// Throws an Error(kUnavailable) with both numbers when `needed` is more than `available` bytes.
/// what: needs it, "a training step".
void require_memory(std::string_view what, std::int64_t needed, std::int64_t available);

}  // namespace harness
