#pragma once

#include "harness/record/environment.h"

namespace harness {

/// What this process computes with: build, machine, LibTorch with its switches as they stand, and
/// the first GPU where LibTorch can use one. A GPU that LibTorch uses and the driver does not
/// describe throws Error(kUnavailable): numbers of an unknown GPU are no evidence.
EnvironmentRecord environment_record();

/// What results are computed with, as the libraries that are loaded say themselves (the headers
/// only know what was built against): {"LibTorch": "2.11.0 1f2e3d4c5b6a", "OpenCV": "4.6.0"}, and
/// where a GPU can be used "CUDA" and "cuDNN". Behind LibTorch's version stands the beginning of
/// the digest of its configuration: compiler, MKL, oneDNN, instructions of this CPU.
Json library_versions();

}  // namespace harness
