#include "harness/train/trainable_config.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/openmmlab/python_config.h"
#include "harness/testing/minizoo_rows.h"

namespace harness {
namespace {
using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kConfig =
    "fixtures/minizoo/zoo/fp16/configs/fcn_r50w8-d8_64x128_600_fp16_scenes.py";

Json zoo_config() {
  return parse_python_config(read_file(kConfig), kConfig);
}

/// A value under a dotted path.
struct Case {
  std::string path;
  std::string value;  ///< JSON.
};
void PrintTo(const Case& one, std::ostream* out) {
  *out << one.path << " = " << one.value;
}

Json config_with(const Case& one) {
  Json config = zoo_config();
  std::string pointer = "/" + one.path;
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  config[Json::json_pointer(pointer)] = Json::parse(one.value);
  return config;
}

/// Code, subject and detail of the refusal; "trained" where there is none.
std::string refusal(const Json& config) {
  try {
    require_trainable(config, "the row");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidSuite);
    EXPECT_EQ(error.subject(), "the row");
    return error.detail();
  }
  return "trained";
}

class AnotherTraining : public testing::TestWithParam<Case> {};

TEST_P(AnotherTraining, IsRefusedByTheKeyAndItsValue) {
  const Case& one = GetParam();
  EXPECT_THAT(refusal(config_with(one)),
              AllOf(HasSubstr("config." + one.path + ": expected"),
                    HasSubstr("got " + Json::parse(one.value).dump().substr(0, 60))));
}

INSTANTIATE_TEST_SUITE_P(
    Keys, AnotherTraining,
    testing::Values(
        Case{"model.decode_head.sampler", R"({"type": "OHEMPixelSampler", "thresh": 0.7})"},
        Case{"model.auxiliary_head.sampler", R"({"type": "OHEMPixelSampler"})"},
        Case{"model.decode_head.loss_decode.type", R"("DiceLoss")"},
        Case{"model.decode_head.loss_decode.use_sigmoid", "true"},
        Case{"model.auxiliary_head.loss_decode.use_mask", "true"},
        Case{"model.decode_head.loss_decode.reduction", R"("sum")"},
        Case{"model.decode_head.loss_decode.avg_non_ignore", "true"},
        Case{"model.decode_head.loss_decode.focal", "2"},
        Case{"model.decode_head.loss_decode", R"([{"type": "CrossEntropyLoss"}])"},
        Case{"model.decode_head.loss_decode.loss_name", R"("ce")"},
        Case{"data.train.img_dir", R"("leftImg8bit/val")"},
        Case{"data.train.ann_dir", R"("gtCoarse/train_extra")"},
        Case{"data.train.seg_map_suffix", R"("_gtCoarse_labelTrainIds.png")"},
        Case{"model.decode_head.ignore_index", "0"},
        Case{"model.decode_head.init_cfg", R"({"type": "Normal", "std": 0.1})"},
        Case{"model.decode_head.norm_cfg.requires_grad", "false"},
        Case{"model.backbone.norm_cfg.momentum", "0.01"}, Case{"model.backbone.norm_eval", "true"},
        Case{"model.backbone.frozen_stages", "1"}, Case{"model.backbone.with_cp", "true"},
        Case{"model.backbone.init_cfg", R"({"type": "Pretrained", "checkpoint": "a.pth"})"},
        Case{"model.backbone.pretrained", R"("a.pth")"}, Case{"model.pretrained", "7"},
        Case{"model.init_cfg", R"({"type": "Kaiming"})"},
        Case{"model.train_cfg", R"({"sampler": 1})"}, Case{"model.test_cfg.mode", R"("slide")"},
        Case{"test_cfg.mode", R"("slide")"}, Case{"load_from", R"("iter_80000.pth")"},
        Case{"resume_from", R"("iter_80000.pth")"}, Case{"workflow", R"([["train",1],["val",1]])"},
        Case{"custom_hooks", R"([{"type":"EMAHook"}])"},
        Case{"momentum_config", R"({"policy":"cyclic"})"},
        Case{"optim_wrapper", R"({"type":"AmpOptimWrapper"})"},
        Case{"train_dataloader", R"({"batch_size":2})"}, Case{"optimizer.type", R"("AdamW")"},
        Case{"optimizer.nesterov", "true"}, Case{"optimizer.dampening", "0.1"},
        Case{"optimizer.paramwise_cfg", R"({"bypass_duplicate":true})"},
        Case{"optimizer.constructor", R"("LayerDecay")"}, Case{"optimizer.betas", "[0.9,0.999]"},
        Case{"optimizer_config.type", R"("GradientCumulativeFp16OptimizerHook")"},
        Case{"optimizer_config.cumulative_iters", "4"},
        Case{"optimizer_config.grad_clip.norm_type", "1"}, Case{"fp16.loss_scale", "128.0"},
        Case{"lr_config.policy", R"("step")"}, Case{"lr_config.by_epoch", "true"},
        Case{"lr_config.warmup", R"("linear")"}, Case{"runner.type", R"("EpochBasedRunner")"},
        Case{"data.train.type", R"("RepeatDataset")"}, Case{"data.train.split", R"("half.txt")"},
        Case{"data.train.classes", R"(["road"])"}, Case{"data.train.reduce_zero_label", "true"},
        Case{"data.train_dataloader", R"({"drop_last":false})"}));

class TheSameTraining : public testing::TestWithParam<Case> {};

TEST_P(TheSameTraining, IsNotRefused) {
  EXPECT_EQ(refusal(config_with(GetParam())), "trained");
}

INSTANTIATE_TEST_SUITE_P(
    Keys, TheSameTraining,
    testing::Values(
        Case{"model.decode_head.sampler", "null"}, Case{"model.decode_head.align_corners", "true"},
        Case{"model.decode_head.loss_decode.loss_weight", "0.8"},
        Case{"model.decode_head.loss_decode.class_weight", "[1.0, 2.0]"},
        Case{"model.decode_head.loss_decode.loss_name", R"("loss_ce")"},
        Case{"model.decode_head.loss_decode.avg_non_ignore", "false"},
        Case{"model.backbone.norm_eval", "false"}, Case{"model.backbone.frozen_stages", "-1"},
        Case{"model.backbone.with_cp", "false"},
        // The pretrained backbone overwrites what it initialises.
        Case{"model.backbone.zero_init_residual", "false"},
        Case{"model.test_cfg.mode", R"("whole")"}, Case{"model.test_cfg.crop_size", "[769, 769]"},
        Case{"fp16", "{}"}, Case{"custom_hooks", "[]"}, Case{"find_unused_parameters", "true"},
        Case{"optimizer.dampening", "0.0"}, Case{"optimizer.paramwise_cfg", "null"},
        Case{"optimizer_config.cumulative_iters", "1"},
        Case{"optimizer_config.grad_clip.max_norm", "35"},
        Case{"optimizer_config.coalesce", "false"}, Case{"lr_config.warmup", "null"},
        Case{"lr_config.warmup_iters", "1500"}, Case{"seed", "0"}));

TEST(RequireTrainable, TakesEveryConfigOfTheMiniZoo) {
  const auto rows = minizoo_rows();
  ASSERT_EQ(rows.size(), 8U);
  for (const auto& row : rows) {
    const Json config = config_of_meta(Checkpoint::open(row.checkpoint).meta());
    ASSERT_TRUE(config.is_object()) << row.golden;
    EXPECT_EQ(refusal(config), "trained") << row.golden;
  }
}

TEST(RequireTrainable, FromScratchTheInitialisationCounts) {
  Json config = zoo_config();
  config["model"]["pretrained"] = nullptr;
  EXPECT_EQ(refusal(config), "trained");
  config["model"]["backbone"]["zero_init_residual"] = false;
  EXPECT_THAT(refusal(config), HasSubstr("config.model.backbone.zero_init_residual"));
}

TEST(RequireTrainable, AWholeConfigSaysHowItIsTrained) {
  for (const auto* key : {"optimizer", "lr_config"}) {
    Json config = zoo_config();
    config.erase(key);
    EXPECT_THAT(refusal(config), HasSubstr("config." + std::string(key) + ": expected a value"));
    config.erase("model");
    EXPECT_EQ(refusal(config), "trained");
  }
  Json config = zoo_config();
  config["data"]["train"].erase("pipeline");
  EXPECT_THAT(refusal(config), HasSubstr("config.data.train.pipeline: expected a value"));
  config = zoo_config();
  config.erase("runner");
  EXPECT_THAT(refusal(config), HasSubstr("config.runner.max_iters: expected a value"));
  config["total_iters"] = 600;
  EXPECT_EQ(refusal(config), "trained");
}

TEST(RequireTrainable, AScaleUnderFp16StandsForTheHooks) {
  Json config = zoo_config();
  config["optimizer_config"] = Json::object();
  config["fp16"] = {{"loss_scale", 512.0}};
  EXPECT_EQ(refusal(config), "trained");
  config["fp16"]["opt_level"] = "O1";
  EXPECT_THAT(refusal(config), HasSubstr("config.fp16.opt_level: expected no such key"));
}

}  // namespace
}  // namespace harness
