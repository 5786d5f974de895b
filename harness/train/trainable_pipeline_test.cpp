#include "harness/train/trainable_pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/openmmlab/python_config.h"

namespace harness {
namespace {
using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kConfig =
    "fixtures/minizoo/zoo/fp16/configs/fcn_r50w8-d8_64x128_600_fp16_scenes.py";

/// LoadImageFromFile, LoadAnnotations, Resize, RandomCrop, RandomFlip, PhotoMetricDistortion,
/// Normalize, Pad, DefaultFormatBundle, Collect.
Json zoo_pipeline() {
  return parse_python_config(read_file(kConfig), kConfig).at("data").at("train").at("pipeline");
}

std::string refusal(const Json& pipeline) {
  const Json config = {{"pipeline", pipeline}};
  try {
    check_pipeline(ConfigChecks(config, "the row"), "pipeline");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidSuite);
    return error.detail();
  }
  return "trained";
}

TEST(CheckPipeline, TakesTheZoosAndNone) {
  ASSERT_EQ(zoo_pipeline().size(), 10U);
  EXPECT_EQ(refusal(zoo_pipeline()), "trained");
  EXPECT_EQ(refusal(nullptr), "trained");
  Json without_augmentation = zoo_pipeline();
  without_augmentation.erase(4);
  without_augmentation.erase(4);
  EXPECT_EQ(refusal(without_augmentation), "trained");
}

struct Option {
  std::size_t step;
  std::string key;
  std::string value;  ///< JSON.
};

TEST(CheckPipeline, RefusesAnOptionThatItDoesNotDoByItsName) {
  for (const auto& [step, key, value] :
       {Option{0, "to_float32", "true"}, Option{0, "color_type", R"("grayscale")"},
        Option{1, "reduce_zero_label", "true"}, Option{2, "keep_ratio", "false"},
        Option{2, "multiscale_mode", R"("value")"}, Option{3, "ignore_index", "0"},
        Option{4, "direction", R"("vertical")"}, Option{5, "swap_channels", "true"},
        Option{6, "mode", "1"}, Option{7, "size_divisor", "32"}, Option{7, "pad_val", "255"},
        Option{7, "seg_pad_val", "7"}, Option{8, "mean", "0"}}) {
    Json pipeline = zoo_pipeline();
    pipeline[step][key] = Json::parse(value);
    const std::string path =
        "config.pipeline." + pipeline[step]["type"].get<std::string>() + "." + key;
    EXPECT_THAT(refusal(pipeline),
                AllOf(HasSubstr(path + ": expected"), HasSubstr("got " + value)));
  }
}

TEST(CheckPipeline, RefusesAnotherStepAnotherOrderAndAStepTwice) {
  Json pipeline = zoo_pipeline();
  pipeline[5]["type"] = "RandomRotate";
  EXPECT_THAT(refusal(pipeline), HasSubstr("RandomRotate"));
  pipeline = zoo_pipeline();
  std::swap(pipeline[2], pipeline[3]);
  EXPECT_THAT(refusal(pipeline), HasSubstr("Resize"));
  pipeline = zoo_pipeline();
  pipeline[5] = pipeline[4];
  EXPECT_THAT(refusal(pipeline), AllOf(HasSubstr("order"), HasSubstr("RandomFlip")));
  EXPECT_THAT(refusal({{"type", "Resize"}}), HasSubstr("a list"));
}

TEST(CheckPipeline, MissesTheStepsThatItCannotLeaveOut) {
  for (const std::size_t step : {2U, 3U, 6U}) {
    Json pipeline = zoo_pipeline();
    const std::string type = pipeline[step]["type"];
    pipeline.erase(step);
    EXPECT_THAT(refusal(pipeline), HasSubstr("expected the step " + type));
  }
  EXPECT_THAT(refusal(Json::array()), HasSubstr("expected the step Resize"));
}

}  // namespace
}  // namespace harness
