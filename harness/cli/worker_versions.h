#pragma once

#include "harness/base/json.h"
#include "harness/cli/row_worker.h"

namespace harness {

/// What computes a worker's results: {"program": sha256 of its file, and, as it reports itself,
/// "LibTorch", "OpenCV", on a GPU "CUDA", "cuDNN", "driver" and "GPU"}: a part of every result's
/// key. A program that does not exist or does not answer has fewer entries. Each program is asked
/// once per process, because LibTorch takes most of a second to load.
Json worker_versions(const WorkerOptions& options);

}  // namespace harness
