#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/data/training_loader.h"
#include "harness/openmmlab/poly_schedule.h"
#include "harness/precision/training_options.h"
#include "harness/table/suite.h"
#include "models/losses.h"

namespace harness {

/// Everything that defines a training beside the model, the data and the seed.
struct TrainingRecipe {
  TrainingOptions arithmetic;
  PolySchedule schedule;
  TrainingPipeline pipeline;
  std::size_t batch = 8;  ///< Images of one step, over all processes.
  std::int64_t log_interval = 50;
  std::int64_t evaluation_interval = 8000;
  std::int64_t save_interval = 8000;
  models::LossOptions losses;
  std::string pretrained;  ///< The config's text; "" when training began from scratch.
  /// What the suite decided against the config, in words: "lr 0.05 for the config's 0.01".
  std::vector<std::string> departures;
};

/// The recipe of a row: the zoo's (mmseg 0.17.0, configs/_base_/schedules/schedule_80k.py,
/// datasets/cityscapes.py), overridden by the config in the row's checkpoint, overridden by the
/// suite. `config` is null where there is none. An lr_config or optimizer without an option has the
/// library's default: power 1, min_lr 0 (mmcv 1.3.14, PolyLrUpdaterHook), momentum 0, weight_decay
/// 0 (torch.optim.SGD).
///
/// policy: the arithmetic to train in. The row's own policy takes the row's scaler and quirks, the
/// others take default_scaler() and none.
/// Throws an Error(kInvalidSuite) that names the key of the config, or of the suite's recipe, that
/// asks for something unsupported (require_trainable) or is of the wrong type.
TrainingRecipe recipe_of(const Row& row, const Json& config, Policy policy);

}  // namespace harness
