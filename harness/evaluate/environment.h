#pragma once

#include "harness/record/environment.h"

namespace harness {

/// What this process computes with: build, machine, LibTorch with its switches as they stand, and
/// the first GPU where LibTorch can use one. A GPU that LibTorch uses and the driver does not
/// describe throws Error(kUnavailable): numbers of an unknown GPU are no evidence.
EnvironmentRecord environment_record();

}  // namespace harness
