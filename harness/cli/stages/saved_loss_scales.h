#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/record/examine_record.h"

namespace harness {

/// The states of loss scalers in what a checkpoint holds beside its weights: mmcv's LossScaler
/// (meta.fp16.loss_scaler: "cur_scale"), torch's GradScaler ("scale" beside "growth_factor", as
/// mmengine keeps it in the optimizer's state), Apex ("loss_scale" beside "unskipped").
/// top_level: Checkpoint::top_level(), where NaN and infinity are null. tensor: the value of a
/// tensor by its path; nothing for one of several values. A numpy array of one value counts too.
std::vector<SavedScaleRecord> saved_loss_scales(
    const Json& top_level,
    const std::function<std::optional<double>(const std::string& path)>& tensor);

}  // namespace harness
