#pragma once

#include "harness/worker/train_job.h"

namespace harness {

/// Trains the row's recipe in lockstep (Lockstep) for job.iterations steps, or kLockstepSteps
/// (record/lockstep_record.h) where it asks for none, with the batches, the
/// initial weights and the learning rates that train_job() of the same seed begins with, and leaves
/// the RunResult of the stage "lockstep". Dropout is off: it draws its masks in the dtype of its
/// input, and on a GPU double would get other masks. Sends events as train_job(). Throws as
/// train_job().
void lockstep_job(const TrainJob& job);

}  // namespace harness
