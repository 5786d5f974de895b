#include "harness/train/training_recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/openmmlab/python_config.h"
#include "harness/testing/minizoo_rows.h"

namespace harness {
namespace {

Json config_of(const MinizooRow& row) {
  const Json meta = Checkpoint::open(row.checkpoint).meta();
  return parse_python_config(meta.at("config").get<std::string>(), "config");
}

TEST(TrainingRecipe, IsThatOfTheConfig) {
  const MinizooRow row = minizoo_rows().at(0);
  const TrainingRecipe recipe = recipe_of(row.row, config_of(row), Policy::kFp16Master);
  EXPECT_EQ(recipe.schedule.iterations, 600);
  EXPECT_EQ(recipe.schedule.base_lr, 0.05);
  EXPECT_EQ(recipe.schedule.min_lr, 1e-4);
  EXPECT_EQ(recipe.batch, 4u);
  EXPECT_EQ(recipe.pipeline.crop, (ImageSize{64, 128}));
  EXPECT_EQ(recipe.pipeline.scale, (ImageSize{128, 256}));
  EXPECT_EQ(recipe.pipeline.ratio_upper, 2.0);
  EXPECT_EQ(recipe.pipeline.cat_max_ratio, 0.75);
  EXPECT_TRUE(recipe.pipeline.photometric.has_value());
  EXPECT_EQ(recipe.log_interval, 75);
  EXPECT_EQ(recipe.evaluation_interval, 150);
  EXPECT_EQ(recipe.pretrained, "pretrain/resnet50_v1c_w8-32c09ca3.pth");
  EXPECT_EQ(recipe.arithmetic.scaler.type, ScalerType::kStatic);
  EXPECT_EQ(recipe.arithmetic.scaler.init_scale, 512.0);
  EXPECT_EQ(recipe_of(row.row, config_of(row), Policy::kFp32).arithmetic.scaler.type,
            ScalerType::kNone);
}

TEST(TrainingRecipe, WithoutAConfigItIsTheZoosAndTheSuites) {
  Row row;
  row.recipe = {{"iterations", 100}, {"batch", 2}, {"lr", 0.02}, {"crop", {32, 64}}};
  const TrainingRecipe recipe = recipe_of(row, nullptr, Policy::kFp32);
  EXPECT_EQ(recipe.schedule.iterations, 100);
  EXPECT_EQ(recipe.schedule.base_lr, 0.02);
  EXPECT_EQ(recipe.batch, 2u);
  EXPECT_EQ(recipe.pipeline.crop, (ImageSize{32, 64}));
  EXPECT_EQ(recipe.pretrained, "");
}

TEST(TrainingRecipe, TakesTheQuirksThatASuiteNames) {
  UpstreamQuirks all{true, true, true, true};
  Json suite = read_json_file("suites/minizoo.json");
  suite["rows"][0]["arithmetic"]["quirks"] = names_of(all);
  const Row row = suite_from_json(suite, "suite").rows.at(0);
  EXPECT_EQ(recipe_of(row, nullptr, Policy::kFp16Master).arithmetic.quirks, all);
  EXPECT_EQ(recipe_of(row, nullptr, Policy::kFp32).arithmetic.quirks, UpstreamQuirks());
  suite["rows"][0]["arithmetic"]["quirks"] = {"no-such-quirk"};
  EXPECT_THROW(suite_from_json(suite, "suite"), Error);
}

TEST(TrainingRecipe, WhatAConfigLeavesOutHasTheLibrarysDefault) {
  const Json config = {{"optimizer", {{"type", "SGD"}, {"lr", 0.1}}},
                       {"lr_config", {{"policy", "poly"}}}};
  const TrainingRecipe recipe = recipe_of(Row{}, config, Policy::kFp32);
  EXPECT_EQ(recipe.schedule.base_lr, 0.1);
  EXPECT_EQ(recipe.schedule.power, 1.0);
  EXPECT_EQ(recipe.schedule.min_lr, 0.0);
  EXPECT_EQ(recipe.arithmetic.sgd.momentum, 0.0);
  EXPECT_EQ(recipe.arithmetic.sgd.weight_decay, 0.0);
}

TEST(TrainingRecipe, WhatIsNotUnderstoodIsRefusedByItsName) {
  const MinizooRow row = minizoo_rows().at(0);
  for (const auto* patch :
       {R"({"optimizer": {"type": "Adam"}})", R"({"lr_config": {"policy": "step"}})",
        R"({"lr_config": {"warmup": "linear"}})", R"({"optimizer": {"nesterov": true}})",
        R"({"optimizer": {"lr": "0.1"}})", R"({"runner": {"max_iters": -1}})",
        R"({"data": {"train": {"pipeline": [{"type": "Mosaic"}]}}})",
        R"({"data": {"train": {"pipeline": [{"type": "RandomCrop", "crop_size": 64}]}}})",
        R"({"data": {"samples_per_gpu": 0}})"}) {
    Json config = config_of(row);
    config.merge_patch(Json::parse(patch));
    EXPECT_THROW(recipe_of(row.row, config, Policy::kFp16Master), Error) << patch;
  }
}

}  // namespace
}  // namespace harness
