#include "harness/train/training_recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/openmmlab/python_config.h"
#include "harness/table/published_step.h"
#include "harness/testing/minizoo_rows.h"
#include "harness/testing/suite_documents.h"

namespace harness {
namespace {

Json config_of(const MinizooRow& row) {
  const Json meta = Checkpoint::open(row.checkpoint).meta();
  return parse_python_config(meta.at("config").get<std::string>(), "config");
}

TEST(TrainingRecipe, IsThatOfTheConfig) {
  const MinizooRow row = minizoo_row("fcn_fp16");
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
  EXPECT_THAT(recipe.departures, testing::ElementsAre(testing::HasSubstr("for want of a config")));
}

TEST(TrainingRecipe, SaysWhatTheSuiteDecidesAgainstTheConfig) {
  MinizooRow row = minizoo_row("fcn_fp16");
  EXPECT_THAT(recipe_of(row.row, config_of(row), Policy::kFp32).departures, testing::IsEmpty());
  row.row.recipe = {{"iterations", 100}, {"batch", 2}, {"lr", 0.02}, {"crop", {32, 64}}};
  EXPECT_THAT(
      recipe_of(row.row, config_of(row), Policy::kFp32).departures,
      testing::ElementsAre("iterations 100 for the config's 600", "lr 0.02 for the config's 0.05",
                           "batch 2 for the config's 4", "crop 32x64 for the config's 64x128"));
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

TEST(TrainingRecipe, ReadsTheLossesOfBothHeads) {
  const MinizooRow row = minizoo_row("fcn_fp16");
  Json config = config_of(row);
  EXPECT_EQ(recipe_of(row.row, config, Policy::kFp32).losses.decode.weight, 1.0);
  EXPECT_EQ(recipe_of(row.row, config, Policy::kFp32).losses.auxiliary.weight, 0.4);
  Json& model = config["model"];
  std::vector<double> classes(19, 1.0);
  classes[3] = 2.5;
  model["decode_head"]["loss_decode"]["loss_weight"] = 0.8;
  model["decode_head"]["loss_decode"]["class_weight"] = classes;
  model["auxiliary_head"].erase("loss_decode");
  const models::LossOptions losses = recipe_of(row.row, config, Policy::kFp32).losses;
  EXPECT_EQ(losses.decode.weight, 0.8);
  EXPECT_EQ(losses.decode.class_weight, classes);
  // CrossEntropyLoss's default.
  EXPECT_EQ(losses.auxiliary.weight, 1.0);
  EXPECT_TRUE(losses.auxiliary.class_weight.empty());
  for (const char* wrong : {"[1.0, 2.0]", "\"weights.pkl\"", "[\"1\"]"}) {
    model["decode_head"]["loss_decode"]["class_weight"] = Json::parse(wrong);
    EXPECT_THAT(message_of([&] { recipe_of(row.row, config, Policy::kFp32); }),
                testing::HasSubstr("config.model.decode_head.loss_decode.class_weight: expected a "
                                   "list of 19 numbers"));
  }
}

TEST(TrainingRecipe, ADefaultScaleMustBeTheConfigs) {
  Row row;
  row.arithmetic = Arithmetic{.policy = Policy::kFp16Master};
  const auto refusal = [&row](const Json& scale, Policy policy) {
    return message_of([&] {
      recipe_of(row, {{"optimizer_config", {{"loss_scale", scale}}}}, policy);
    });
  };
  EXPECT_EQ(refusal(512.0, Policy::kFp16Master), "nothing was thrown");
  EXPECT_THAT(refusal(128.0, Policy::kFp16Master),
              testing::HasSubstr("config.optimizer_config.loss_scale: expected 512.0"));
  EXPECT_THAT(refusal("dynamic", Policy::kFp16Master), testing::HasSubstr("\"dynamic\""));
  // The sibling's arithmetic has no scale, and a suite may ask for another one.
  EXPECT_EQ(refusal(128.0, Policy::kFp32), "nothing was thrown");
  row.arithmetic->scaler = ScalerOptions{.type = ScalerType::kStatic, .init_scale = 64};
  EXPECT_EQ(refusal(128.0, Policy::kFp16Master), "nothing was thrown");
  row.arithmetic = Arithmetic{.policy = Policy::kFp32};
  EXPECT_THAT(refusal(128.0, Policy::kFp32), testing::HasSubstr("expected none"));
}

TEST(TrainingRecipe, WhatIsNotUnderstoodIsRefusedByItsName) {
  const MinizooRow row = minizoo_row("fcn_fp16");
  for (const auto* patch :
       {R"({"optimizer": {"type": "Adam"}})", R"({"lr_config": {"policy": "step"}})",
        R"({"lr_config": {"warmup": "linear"}})", R"({"optimizer": {"nesterov": true}})",
        R"({"optimizer": {"lr": "0.1"}})", R"({"runner": {"max_iters": -1}})",
        R"({"data": {"train": {"pipeline": [{"type": "Mosaic"}]}}})",
        R"({"data": {"train": {"pipeline": [{"type": "RandomCrop", "crop_size": 64}]}}})",
        R"({"data": {"samples_per_gpu": 0}})", R"({"optimizer_config": {"grad_clip": {}}})"}) {
    Json config = config_of(row);
    config.merge_patch(Json::parse(patch));
    EXPECT_THROW(recipe_of(row.row, config, Policy::kFp16Master), Error) << patch;
  }
}

TEST(TrainingRecipe, ASuitesRecipeOfTheWrongTypeIsRefused) {
  Row row;
  row.id = "fcn";
  row.recipe = {{"batch", 0}};
  EXPECT_THAT(message_of([&] { recipe_of(row, nullptr, Policy::kFp32); }),
              testing::HasSubstr("fcn: recipe.batch: expected a positive integer, got 0"));
}

/// What nobody states is the zoo's, here and where rules compare with it.
TEST(TrainingRecipe, DefaultsAreThoseOfTheTable) {
  const TrainingRecipe recipe;
  EXPECT_EQ(SgdOptions{}.momentum, kPublishedMomentum);
  EXPECT_EQ(recipe.pipeline.crop.height, kZooCrop[0]);
  EXPECT_EQ(recipe.pipeline.crop.width, kZooCrop[1]);
  EXPECT_EQ(static_cast<std::int64_t>(recipe.batch), published_batch(Row{}));
}

}  // namespace
}  // namespace harness
