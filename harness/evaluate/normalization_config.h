#pragma once

#include "harness/base/json.h"
#include "harness/data/transforms.h"

namespace harness {

/// A step {"type": "Normalize", "mean", "std", "to_rgb"} of a config's pipeline.
/// Throws Error(kInvalidFile) for an unsupported step.
Normalization normalization_of_step(const Json& step);

/// The normalisation that a resolved config asks for at test time: of mmengine's, the model's
/// data_preprocessor; of mmcv's, the step `Normalize` of data.test.pipeline (data.val where there
/// is no test). The zoo's own where the config is null or has none. Throws Error(kInvalidFile) for
/// an unsupported step.
Normalization normalization_of(const Json& config);

}  // namespace harness
