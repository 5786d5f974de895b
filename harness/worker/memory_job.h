#pragma once

#include "harness/worker/drawn_job.h"

namespace harness {

/// The worker's mode "memory": measures a training step of the row (measure_training_memory) for
/// each wanted result and writes its RunResult of the stage "memory" to job.out. Sends progress
/// events. Throws Error as measure_training_memory() and open_device() do.
void memory_job(const DrawnJob& job);

/// The worker's mode "memory-needs": says of each wanted result, without running a step of its
/// size, whether memory_job() would measure it or lack memory: sends {"event": "foreseen",
/// "precision", "reason"}, the reason being that of the skip or "". On a GPU nothing is known
/// before.
void foresee_memory(const DrawnJob& job);

}  // namespace harness
