#pragma once

#include "harness/base/json.h"

namespace harness {

/// What LibTorch computes with: {"libtorch", "opencv", "threads", "interop_threads", "onednn",
/// "deterministic_algorithms", "tf32": {"cublas", "cudnn"}, "cudnn": {"enabled", "benchmark",
/// "deterministic"}, "cpu_capability", "gpu": {"name", "memory_bytes", "compute_capability",
/// "cuda", "cudnn"} | null}.
Json environment_record();

/// What results are computed with, as the libraries that are loaded say themselves (the headers
/// only know what was built against): {"LibTorch": "2.11.0 1f2e3d4c5b6a", "OpenCV": "4.6.0"}, and
/// where a GPU can be used "CUDA" and "cuDNN". Behind LibTorch's version stands the beginning of
/// the digest of its configuration: compiler, MKL, oneDNN, instructions of this CPU.
Json library_versions();

}  // namespace harness
