#pragma once

#include <cstdint>
#include <string>

#include "harness/worker/drawn_job.h"
#include "harness/worker/train_job.h"

namespace harness {

/// What the tensors of a lockstep of the row take on the CPU, in bytes, whatever arithmetic it is
/// of: lockstep_bytes(), and the activations of a step in FP64 (estimate_step_memory, or for crops
/// that are too small for it kept_elements()).
std::int64_t estimate_lockstep_memory(const RowJob& job);

/// A CPU without memory ends the process, so that each job of training steps is asked before it
/// begins what it needs and may take: RowJob::memory_bytes, and what is free at most. These throw
/// Error(kUnavailable) with both numbers where that is too little, and do nothing on a GPU, whose
/// allocator refuses what it lacks.

/// Of the stage "memory": the published step.
void require_memory_of_step(const RowJob& job, const std::string& precision);
/// Of the stage "train": the recipe's step. Validation is of single images and needs less.
void require_memory_of_training(const RowJob& job, const std::string& precision);
/// Of the stage "lockstep".
void require_memory_of_lockstep(const RowJob& job, const std::string& precision);

/// The worker's mode "memory-needs": says of each wanted result of these stages, without running a
/// step of its size, whether its job would begin or lack memory: sends {"event": "foreseen",
/// "stage", "precision", "reason"}, the reason being that of the skip or "".
void foresee_memory(const DrawnJob& job);

}  // namespace harness
