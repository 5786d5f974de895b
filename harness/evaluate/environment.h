#pragma once

#include "harness/record/environment.h"

namespace harness {

/// What this process computes with: build, machine, LibTorch with its current switches, and the
/// first GPU where LibTorch can use one. Throws Error(kUnavailable) for a GPU that LibTorch uses
/// and the driver does not describe: numbers from an unknown GPU are no evidence.
EnvironmentRecord environment_record();

/// The versions of the loaded libraries, as they report them (the headers only know what was built
/// against): {"LibTorch": "2.11.0 1f2e3d4c5b6a", "OpenCV": "4.6.0"}, and where a GPU can be used
/// "CUDA", "cuDNN", "driver" and "GPU", its name and memory. LibTorch's version is followed by the
/// beginning of the digest of its configuration: compiler, MKL, oneDNN, instructions of this CPU.
Json library_versions();

}  // namespace harness
