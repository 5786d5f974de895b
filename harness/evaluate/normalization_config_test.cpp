#include "harness/evaluate/normalization_config.h"

#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

/// data.test.pipeline with one step inside a MultiScaleFlipAug.
Json config_with(const Json& step) {
  Json augmentation = {{"type", "MultiScaleFlipAug"}};
  augmentation["transforms"] = Json::array({step});
  Json config;
  config["data"]["test"]["pipeline"] = Json::array({augmentation});
  return config;
}

TEST(NormalizationConfig, ReadsTheNormalisationOfTheConfig) {
  const auto normalization = normalization_of(config_with(
      {{"type", "Normalize"}, {"mean", {1, 2, 3}}, {"std", {4, 5, 6}}, {"to_rgb", false}}));
  EXPECT_EQ(normalization.mean[2], 3);
  EXPECT_EQ(normalization.std[0], 4);
  EXPECT_FALSE(normalization.to_rgb);
}

TEST(NormalizationConfig, ReadsThePreprocessorOfMmengine) {
  Json config;
  Json& preprocessor = config["model"]["data_preprocessor"];
  preprocessor = {{"type", "SegDataPreProcessor"},
                  {"mean", {1, 2, 3}},
                  {"std", {4, 5, 6}},
                  {"bgr_to_rgb", true}};
  EXPECT_EQ(normalization_of(config).mean[2], 3);
  EXPECT_EQ(normalization_of(config).std[0], 4);
  EXPECT_TRUE(normalization_of(config).to_rgb);
  preprocessor = {{"type", "SegDataPreProcessor"}};
  EXPECT_EQ(normalization_of(config).mean[0], 0);
  EXPECT_EQ(normalization_of(config).std[0], 1);
  EXPECT_FALSE(normalization_of(config).to_rgb);
  preprocessor["mean"] = {1, 2, 3};
  EXPECT_THROW(normalization_of(config), Error);
}

TEST(NormalizationConfig, WithoutAConfigItIsTheZoosOwn) {
  EXPECT_EQ(normalization_of(Json()).mean[0], 123.675);
  EXPECT_EQ(normalization_of(config_with({{"type", "Collect"}})).std[2], 57.375);
}

TEST(NormalizationConfig, RefusesAMeanOfAnotherLength) {
  EXPECT_THROW(
      normalization_of(config_with({{"type", "Normalize"}, {"mean", {1, 2}}, {"std", {1, 1, 1}}})),
      Error);
}

}  // namespace
}  // namespace harness
