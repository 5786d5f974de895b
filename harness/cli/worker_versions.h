#pragma once

#include "harness/base/json.h"
#include "harness/cli/row_worker.h"

namespace harness {

/// What computes a worker's results: {"program": sha256 of its file, and, as it reports itself,
/// "LibTorch", "OpenCV", on a GPU "CUDA", "cuDNN", "driver" and "GPU"}: a part of every result's
/// key. A program that does not exist or does not answer has fewer entries. Each program is asked
/// once per process, because LibTorch takes most of a second to load.
Json worker_versions(const WorkerOptions& options);

/// Throws Error(kUsage) with both commits where the worker says that it is of another build than
/// this command, or tells its versions and no build, as earlier ones did: its results would be
/// of another build than the job (other_environment()), which no claim passes by. Asks as
/// worker_versions() does; a worker that is not there or does not answer is left to the stage that
/// needs it.
void require_same_build(const WorkerOptions& options);

}  // namespace harness
