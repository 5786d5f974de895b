#pragma once

#include "harness/base/json.h"
#include "harness/cli/row_worker.h"

namespace harness {

/// What computes a worker's results: {"program": sha256 of its file, and as it says itself
/// "LibTorch", "OpenCV", on a GPU "CUDA" and "cuDNN"}: a part of every result's key. A program
/// that is not there or says nothing has fewer. Each program is asked once in a process: LibTorch
/// takes most of a second to load.
Json worker_versions(const WorkerOptions& options);

}  // namespace harness
