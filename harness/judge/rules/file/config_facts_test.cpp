#include "harness/judge/rules/file/config_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ConfigFacts, TheCropIsThatOfThePipelineThatTrainingReads) {
  const Json config = sample::config();
  ASSERT_EQ(config.at("crop_size"), Json({512, 1024}));
  EXPECT_THAT(train_crops(config), ElementsAre("64x128"));
}

TEST(ConfigFacts, InheritedCropsThatNothingReadsDoNotCount) {
  Json config = sample::config();
  config.erase("data");
  EXPECT_THAT(train_crops(config), IsEmpty());
}

TEST(ConfigFacts, CropsAreFoundInNestedDataSetsAndInNewConfigs) {
  const Json crop = Json::parse(R"([{"type": "RandomCrop", "crop_size": [8, 9]}])");
  const Json repeated = {{"data", {{"train", {{"dataset", {{"pipeline", crop}}}}}}}};
  EXPECT_THAT(train_crops(repeated), ElementsAre("8x9"));
  const Json parts = Json::array({{{"pipeline", crop}}, {{"pipeline", crop}}});
  EXPECT_THAT(train_crops({{"data", {{"train", {{"datasets", parts}}}}}}),
              ElementsAre("8x9", "8x9"));
  EXPECT_THAT(train_crops({{"train_dataloader", {{"dataset", {{"pipeline", crop}}}}}}),
              ElementsAre("8x9"));
}

TEST(ConfigFacts, ACropOfAnotherFormIsShownAsItStands) {
  const Json config = Json::parse(
      R"({"data": {"train": {"pipeline": [{"type": "RandomCrop", "crop_size": 64}]}}})");
  EXPECT_THAT(train_crops(config), ElementsAre("64"));
}

TEST(ConfigFacts, ScheduleRateAndBatchOfBothGenerations) {
  const Json config = sample::config();
  EXPECT_EQ(scheduled_iterations(config), 600);
  EXPECT_EQ(learning_rate(config), 0.05);
  EXPECT_EQ(batch_per_process(config), 4);
  EXPECT_TRUE(trains_in_one_process(config));
  EXPECT_EQ(scheduled_iterations({{"total_iters", 80000}}), 80000);
  EXPECT_EQ(scheduled_iterations({{"train_cfg", {{"max_iters", 40000}}}}), 40000);
  EXPECT_EQ(learning_rate({{"optim_wrapper", {{"optimizer", {{"lr", 0.01}}}}}}), 0.01);
  EXPECT_EQ(batch_per_process({{"train_dataloader", {{"batch_size", 2}}}}), 2);
  EXPECT_EQ(scheduled_iterations(Json::object()), std::nullopt);
  EXPECT_EQ(scheduled_iterations(Json(nullptr)), std::nullopt);
}

TEST(ConfigFacts, TheHookDecidesWhetherTrainingIsInHalf) {
  EXPECT_EQ(optimizer_hook(sample::config()), "Fp16OptimizerHook");
  EXPECT_EQ(optimizer_hook({{"fp16", {{"loss_scale", 512.0}}}}), "Fp16OptimizerHook");
  EXPECT_EQ(optimizer_hook({{"fp16", Json::object()}}), "");
  EXPECT_EQ(optimizer_hook({{"optimizer_config", Json::object()}}), "");
  EXPECT_TRUE(is_half_hook("GradientCumulativeFp16OptimizerHook"));
  EXPECT_TRUE(is_half_hook("AmpOptimWrapper"));
  EXPECT_FALSE(is_half_hook("OptimizerHook"));
  EXPECT_FALSE(is_half_hook(""));
}

TEST(ConfigFacts, LossScalesOfEveryFormOfConfig) {
  const auto scale = configured_loss_scale(sample::config());
  ASSERT_TRUE(scale.has_value());
  EXPECT_EQ(scale->mode, "static");
  EXPECT_EQ(scale->scale, 512.0);
  const auto dynamic = configured_loss_scale({{"optimizer_config", {{"loss_scale", "dynamic"}}}});
  EXPECT_EQ(dynamic->mode, "dynamic");
  EXPECT_EQ(dynamic->scale, std::nullopt);
  const auto with_arguments =
      configured_loss_scale({{"optim_wrapper", {{"loss_scale", {{"init_scale", 65536.0}}}}}});
  EXPECT_EQ(with_arguments->mode, "dynamic");
  EXPECT_EQ(with_arguments->scale, 65536.0);
  EXPECT_FALSE(configured_loss_scale({{"optimizer_config", Json::object()}}).has_value());
}

TEST(ConfigFacts, SavedScalersOfBothLibraries) {
  const Json mmcv = {{"fp16", {{"loss_scaler", {{"cur_scale", 512.0}, {"mode", "static"}}}}}};
  EXPECT_EQ(saved_loss_scale(mmcv)->mode, "static");
  EXPECT_EQ(saved_loss_scale(mmcv)->scale, 512.0);
  const Json torch = {{"fp16", {{"loss_scaler", {{"scale", 512.0}, {"growth_factor", 2.0}}}}}};
  EXPECT_EQ(saved_loss_scale(torch)->mode, "");
  EXPECT_EQ(saved_loss_scale(torch)->scale, 512.0);
  EXPECT_FALSE(saved_loss_scale({{"fp16", {{"loss_scaler", Json::object()}}}}).has_value());
  EXPECT_FALSE(saved_loss_scale(Json(nullptr)).has_value());
}

TEST(ConfigFacts, MmengineKeepsTheSameUnderOtherNames) {
  const Json meta = {{"experiment_name", "fcn_20240105"},
                     {"dataset_meta", {{"classes", {"road"}}, {"palette", {{1, 2, 3}}}}}};
  EXPECT_EQ(experiment_name(meta), "fcn_20240105");
  EXPECT_EQ(class_names(meta), Json({"road"}));
  EXPECT_EQ(class_colors(meta).size(), 1U);
  const Json older = {{"dataset_meta", {{"CLASSES", {"road", "sky"}}}}};
  EXPECT_EQ(class_names(older).size(), 2U);
  Json config;
  config["train_dataloader"]["dataset"] = {{"type", "CityscapesDataset"}};
  EXPECT_TRUE(trains_on_cityscapes(config));
  config["train_dataloader"]["dataset"]["metainfo"] = {{"classes", {"road"}}};
  EXPECT_FALSE(trains_on_cityscapes(config));
}

TEST(ConfigFacts, WhatIsNotThereOrOfAnotherTypeIsNothing) {
  const Json meta = {{"iter", 600}, {"exp_name", "a.py"}, {"CLASSES", {"road"}}, {"PALETTE", 7}};
  EXPECT_EQ(saved_iteration(meta), 600);
  EXPECT_EQ(experiment_name(meta), "a.py");
  EXPECT_EQ(class_names(meta), Json({"road"}));
  EXPECT_TRUE(class_colors(meta).is_null());
  for (const Json& nothing : {Json(), Json(1), Json::object()}) {
    EXPECT_EQ(saved_iteration(nothing), std::nullopt);
    EXPECT_EQ(experiment_name(nothing), "");
    EXPECT_TRUE(class_names(nothing).is_null());
    EXPECT_TRUE(config_model(nothing).is_null());
    EXPECT_FALSE(trains_on_cityscapes(nothing));
  }
  Json config = sample::config();
  EXPECT_EQ(config_model(config).at("type"), "EncoderDecoder");
  EXPECT_TRUE(trains_on_cityscapes(config));
  config["data"]["train"]["classes"] = {"road"};
  EXPECT_FALSE(trains_on_cityscapes(config));
}

}  // namespace
}  // namespace harness
