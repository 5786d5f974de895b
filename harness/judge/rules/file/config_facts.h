#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.h"

namespace harness {

/// The one reader of the configs and of the meta that published files hold, which are kept in
/// records as they are.
///
/// What a resolved mmcv config says, read from the parsed text that stands in a checkpoint's meta
/// and in a log's first line. Both generations are known: mmseg 0.x (data.train, optimizer_config,
/// runner) and 1.x (train_dataloader, optim_wrapper, train_cfg). A fact that the config does not
/// state is nothing, whatever the library's default would be.

/// Crop sizes of every RandomCrop in the pipelines that training reads, as "64x128" (height x
/// width). The top-level crop_size and train_pipeline are often inherited and unused, so they do
/// not count.
std::vector<std::string> train_crops(const Json& config);

/// runner.max_iters, total_iters or train_cfg.max_iters.
std::optional<std::int64_t> scheduled_iterations(const Json& config);

std::optional<double> learning_rate(const Json& config);

/// Images in a batch of one process.
std::optional<std::int64_t> batch_per_process(const Json& config);

/// Whether exactly one process trained: optimizer_config.distributed is False.
bool trains_in_one_process(const Json& config);

/// Type of what decides the arithmetic of training: optimizer_config.type or optim_wrapper.type;
/// "Fp16OptimizerHook" for a config of the form fp16 = dict(loss_scale=...); "" for none.
std::string optimizer_hook(const Json& config);

/// Does such a hook train in half precision?
bool is_half_hook(const std::string& hook);

/// A loss scale as a config or a scaler's saved state gives it.
struct LossScale {
  std::string mode;             ///< "static", "dynamic", or "" when it is not said.
  std::optional<double> scale;  ///< Initial (config) or current (state).
};

/// Of the config: a number is static, 'dynamic' is dynamic, a dict is dynamic unless its mode says
/// otherwise (mmcv 1.3.14, runner/fp16_utils.py, LossScaler).
std::optional<LossScale> configured_loss_scale(const Json& config);

/// Of a checkpoint's meta: meta.fp16.loss_scaler, of mmcv's LossScaler {"mode", "cur_scale"} or of
/// torch's GradScaler {"scale"}.
std::optional<LossScale> saved_loss_scale(const Json& meta);

/// What stands in the place of a number and is none: a fact that is stated so that nobody can read
/// it agrees with nothing. Null for a number, and where nothing stands.
Json unreadable_iterations(const Json& config);
Json unreadable_saved_iteration(const Json& meta);
Json unreadable_saved_scale(const Json& meta);

/// The config's `model`; null when there is none.
Json config_model(const Json& config);

/// Trained on CityscapesDataset with the classes of the data set itself.
bool trains_on_cityscapes(const Json& config);

/// meta.iter: the iteration after which a checkpoint was saved.
std::optional<std::int64_t> saved_iteration(const Json& meta);

/// meta.exp_name (mmengine: experiment_name), or that of a log's first line; "" when there is none.
std::string experiment_name(const Json& meta);

/// meta.CLASSES and meta.PALETTE (mmengine: dataset_meta.classes and palette), or those of a log's
/// first line: lists; null when there is none.
Json class_names(const Json& meta);
Json class_colors(const Json& meta);

}  // namespace harness
