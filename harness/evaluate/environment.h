#pragma once

#include "harness/base/json.h"

namespace harness {

/// What LibTorch computes with: {"libtorch", "opencv", "threads", "interop_threads", "onednn",
/// "deterministic_algorithms", "tf32": {"cublas", "cudnn"}, "cudnn": {"enabled", "benchmark",
/// "deterministic"}, "cpu_capability", "gpu": {"name", "memory_bytes", "compute_capability",
/// "cuda", "cudnn"} | null}.
Json environment_record();

}  // namespace harness
