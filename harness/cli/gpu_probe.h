#pragma once

#include "harness/base/json.h"

namespace harness {

/// The GPUs that the NVIDIA driver shows, asked of libnvidia-ml.so.1 at run time (there is no
/// nvml.h in the toolkit): {"driver": "580.65", "devices": [{"name", "memory_bytes",
/// "clock_mhz", "max_clock_mhz"}]}, or {"absent": reason} where there is no driver or no GPU.
Json probe_gpus();

}  // namespace harness
