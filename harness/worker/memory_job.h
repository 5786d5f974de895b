#pragma once

#include "harness/worker/drawn_job.h"

namespace harness {

/// The worker's mode "memory": measures a training step of the row (measure_training_memory) for
/// each wanted result and writes its RunResult of the stage "memory" to job.out. Sends progress
/// events. Throws Error as measure_training_memory() and open_device() do.
void memory_job(const DrawnJob& job);

}  // namespace harness
