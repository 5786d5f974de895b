#include "harness/train/trainable_config.h"

#include <string_view>

#include <fmt/format.h>

#include "harness/table/model_config.h"
#include "harness/train/config_checks.h"
#include "harness/train/trainable_pipeline.h"

namespace harness {
namespace {

constexpr std::string_view kNull = "[null]";
constexpr std::string_view kOff = "[null, false]";

/// What mmseg's tools/train.py and mmcv's runner read; a config may bind any other name as well.
/// The last five are MMSegmentation 1.x's.
const ConfigSection kWhole{{{"load_from", kNull},
                            {"resume_from", kNull},
                            {"auto_resume", kOff},
                            {"workflow", R"([null, [["train", 1]]])"},
                            {"custom_hooks", "[null, []]"},
                            {"custom_imports", kNull},
                            {"momentum_config", kNull},
                            {"train_cfg", "[null, {}]"},
                            {"optim_wrapper", kNull},
                            {"param_scheduler", kNull},
                            {"train_dataloader", kNull},
                            {"default_hooks", kNull},
                            {"resume", kOff}},
                           /*closed=*/false};

const ConfigSection kModel{
    {{"init_cfg", kNull}, {"train_cfg", "[null, {}]"}, {"data_preprocessor", kNull}},
    /*closed=*/false};

const ConfigSection kBackbone{{{"norm_eval", kOff},
                               {"frozen_stages", "[null, -1]"},
                               {"with_cp", kOff},
                               {"pretrained", kNull},
                               {"init_cfg", kNull}},
                              /*closed=*/false};

const ConfigSection kHead{
    {{"sampler", kNull},
     {"ignore_index", "[null, 255]"},
     {"threshold", kNull},
     {"init_cfg", R"([null, {"type": "Normal", "std": 0.01, "override": {"name": "conv_seg"}}])"}},
    /*closed=*/false};

/// loss_weight and class_weight: recipe_of().
const ConfigSection kLoss{{{"type", R"([null, "CrossEntropyLoss"])"},
                           {"use_sigmoid", kOff},
                           {"use_mask", kOff},
                           {"reduction", R"([null, "mean"])"},
                           {"avg_non_ignore", kOff},
                           {"class_weight"},
                           {"loss_weight"},
                           {"loss_name", R"([null, "loss_ce"])"}}};

const ConfigSection kNorm{
    {{"type"}, {"eps"}, {"requires_grad", "[null, true]"}, {"momentum", "[null, 0.1]"}}};

const ConfigSection kTestMode{{{"mode", R"([null, "whole"])"}}, /*closed=*/false};

const ConfigSection kOptimizer{{{"type", R"([null, "SGD"])"},
                                {"lr"},
                                {"momentum"},
                                {"weight_decay"},
                                {"dampening", "[null, 0]"},
                                {"nesterov", kOff},
                                {"paramwise_cfg", kNull},
                                {"constructor", R"([null, "DefaultOptimizerConstructor"])"}}};

const ConfigSection kOptimizerConfig{{{"type", R"([null, "OptimizerHook", "Fp16OptimizerHook"])"},
                                      {"loss_scale"},
                                      {"grad_clip"},
                                      {"coalesce"},
                                      {"bucket_size_mb"},
                                      {"distributed"},
                                      {"cumulative_iters", "[null, 1]"}}};

const ConfigSection kGradClip{{{"max_norm"}, {"norm_type", "[null, 2]"}}};

const ConfigSection kSchedule{{{"policy", R"([null, "poly"])"},
                               {"power"},
                               {"min_lr"},
                               {"by_epoch", kOff},
                               {"warmup", kOff},
                               {"warmup_iters"},
                               {"warmup_ratio"},
                               {"warmup_by_epoch"}}};

const ConfigSection kRunner{{{"type", R"([null, "IterBasedRunner"])"}, {"max_iters"}}};

const ConfigSection kData{{{"samples_per_gpu"},
                           {"workers_per_gpu"},
                           {"persistent_workers"},
                           {"train"},
                           {"val"},
                           {"test"}}};

const ConfigSection kDataset{{{"type", R"([null, "CityscapesDataset"])"},
                              {"pipeline"},
                              {"data_root"},
                              {"img_dir", R"([null, "leftImg8bit/train"])"},
                              {"ann_dir", R"([null, "gtFine/train"])"},
                              {"img_suffix", R"([null, "_leftImg8bit.png"])"},
                              {"seg_map_suffix", R"([null, "_gtFine_labelTrainIds.png"])"},
                              {"palette"},
                              {"split", kNull},
                              {"classes", kNull},
                              {"ignore_index", "[null, 255]"},
                              {"reduce_zero_label", kOff},
                              {"test_mode", kOff}}};

/// Initialisation that only a training from scratch sees.
void check_initialisation(const ConfigChecks& checks) {
  const Json pretrained = checks.at("model.pretrained");
  if (!pretrained.is_null() && !pretrained.is_string()) {
    checks.refuse("model.pretrained", "null or a file's name", pretrained);
  }
  if (pretrained.is_null())
    checks.one_of("model.backbone.zero_init_residual", "[null, true]",
                  checks.at("model.backbone.zero_init_residual"));
}

void check_model(const ConfigChecks& checks) {
  checks.section("model", kModel);
  checks.section("model.backbone", kBackbone);
  checks.section("model.backbone.norm_cfg", kNorm);
  for (const auto* head : {"model.decode_head", "model.auxiliary_head"}) {
    checks.section(head, kHead);
    checks.section(fmt::format("{}.loss_decode", head), kLoss);
    checks.section(fmt::format("{}.norm_cfg", head), kNorm);
  }
  // Older configs have train_cfg beside the model.
  for (const auto* path : {"model.test_cfg", "test_cfg"}) checks.section(path, kTestMode);
  check_initialisation(checks);
}

/// The loss scale is an argument of the FP16 hook; some configs have it under `fp16` instead. An
/// empty `fp16` matters to inference only.
void check_fp16(const ConfigChecks& checks) {
  const bool has_hook = !checks.at("optimizer_config.loss_scale").is_null();
  static const ConfigSection alone{{{"loss_scale"}}};
  static const ConfigSection beside{{{"loss_scale", kNull}}};
  checks.section("fp16", has_hook ? beside : alone);
}

}  // namespace

void require_trainable(const Json& config, const std::string& subject) {
  const ConfigChecks checks(config, subject);
  checks.section("", kWhole);
  check_model(checks);
  checks.section("optimizer", kOptimizer);
  checks.section("optimizer_config", kOptimizerConfig);
  checks.section("optimizer_config.grad_clip", kGradClip);
  checks.section("lr_config", kSchedule);
  checks.section("runner", kRunner);
  checks.section("data", kData);
  checks.section("data.train", kDataset);
  check_fp16(checks);
  check_pipeline(checks, "data.train.pipeline");
  if (!is_whole_config(checks.at("model"))) return;
  for (const auto* path : {"optimizer", "lr_config", "data.train.pipeline"}) checks.present(path);
  if (checks.at("total_iters").is_null()) checks.present("runner.max_iters");
}

}  // namespace harness
