#pragma once

#include <string>

#include "harness/train/config_checks.h"

namespace harness {

/// Refuses a training pipeline that is not the zoo's: a step or an option of a step that
/// prepare_for_training() does not do, another order, a missing Resize, RandomCrop or Normalize.
/// Accepts a config without a pipeline at `path`. Throws as ConfigChecks.
void check_pipeline(const ConfigChecks& checks, const std::string& path);

}  // namespace harness
