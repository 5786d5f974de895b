#include "harness/table/model_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/suite_documents.h"

namespace harness {
namespace {
using testing::HasSubstr;

/// The message for the mini zoo's FCN config with one key of one part changed.
std::string refusal(const std::string& part, const std::string& key, const Json& value) {
  Json config = minizoo_fcn_config();
  (part.empty() ? config : config[part])[key] = value;
  return message_of([&] { facts_of_config(config, "row"); });
}

TEST(ModelConfig, KeepsTheFactsAndDropsTheRest) {
  const Json facts = facts_of_config(minizoo_fcn_config(), "row");
  EXPECT_EQ(facts["backbone"]["base_channels"], 8);
  EXPECT_EQ(facts["decode_head"]["type"], "FCNHead");
  EXPECT_FALSE(facts["decode_head"].contains("loss_decode"));
  EXPECT_FALSE(facts["backbone"].contains("norm_cfg"));
  EXPECT_FALSE(facts.contains("pretrained"));
}

TEST(ModelConfig, IgnoresWhatChangesNeitherKeysNorForwardPass) {
  EXPECT_EQ(refusal("backbone", "frozen_stages", 1), "nothing was thrown");
  EXPECT_EQ(refusal("backbone", "with_cp", true), "nothing was thrown");
  EXPECT_EQ(refusal("decode_head", "sampler", {{"type", "OHEMPixelSampler"}}),
            "nothing was thrown");
  EXPECT_EQ(refusal("", "pretrained", nullptr), "nothing was thrown");
}

TEST(ModelConfig, CountsAnIndexFromTheEnd) {
  Json config = minizoo_fcn_config();
  config["decode_head"]["in_index"] = -1;
  EXPECT_EQ(facts_of_config(config, "row")["decode_head"]["in_index"], 3);
}

TEST(ModelConfig, RefusesAnotherSegmentorOrBackbone) {
  EXPECT_THAT(refusal("", "type", "CascadeEncoderDecoder"),
              HasSubstr("row: config.model.type: expected \"EncoderDecoder\", got "
                        "\"CascadeEncoderDecoder\""));
  EXPECT_THAT(refusal("", "neck", {{"type", "FPN"}}), HasSubstr("config.model.neck"));
  EXPECT_THAT(refusal("backbone", "type", "ResNetV1d"), HasSubstr("ResNetV1c"));
  EXPECT_THAT(refusal("backbone", "avg_down", true), HasSubstr("avg_down: expected false"));
  EXPECT_THAT(refusal("backbone", "num_stages", 3), HasSubstr("num_stages: expected 4"));
  EXPECT_THAT(refusal("backbone", "dcn", {{"type", "DCN"}}), HasSubstr("dcn: expected null"));
  EXPECT_THAT(refusal("", "auxiliary_head", Json::array({Json::object()})),
              HasSubstr("auxiliary_head: expected an object, got an array"));
}

TEST(ModelConfig, RefusesAnotherNormLayer) {
  EXPECT_THAT(refusal("backbone", "norm_cfg", {{"type", "GN"}, {"num_groups", 32}}),
              HasSubstr("norm_cfg: expected type BN or SyncBN"));
  EXPECT_THAT(refusal("decode_head", "norm_cfg", nullptr), HasSubstr("norm_cfg"));
  EXPECT_THAT(refusal("decode_head", "norm_cfg", {{"type", "BN"}, {"eps", 1e-3}}),
              HasSubstr("eps"));
  EXPECT_EQ(refusal("decode_head", "norm_cfg", {{"type", "SyncBN"}, {"eps", 1e-5}}),
            "nothing was thrown");
}

TEST(ModelConfig, RefusesKeysThatItDoesNotKnow) {
  EXPECT_THAT(refusal("decode_head", "feature_strides", {4, 8}),
              HasSubstr("config.model.decode_head.feature_strides: unknown key"));
  EXPECT_THAT(refusal("decode_head", "input_transform", "multiple_select"),
              HasSubstr("input_transform: expected null"));
  EXPECT_THAT(refusal("decode_head", "act_cfg", {{"type", "GELU"}}), HasSubstr("ReLU"));
}

TEST(ModelConfig, AWholeConfigSaysWhatMmsegCannotBuildWithout) {
  Json config = minizoo_fcn_config();
  config["decode_head"].erase("channels");
  EXPECT_THAT(message_of([&] { facts_of_config(config, "row"); }),
              HasSubstr("decode_head.channels: expected a value"));
  EXPECT_THAT(message_of([&] {
                facts_of_config({{"type", "EncoderDecoder"}}, "row");
              }),
              HasSubstr("backbone: expected a value"));
  EXPECT_FALSE(is_whole_config({{"decode_head", {{"channels", 32}}}}));
  EXPECT_EQ(facts_of_config({{"decode_head", {{"channels", 32}}}}, "row")["decode_head"],
            (Json{{"channels", 32}}));
}

TEST(ModelConfig, RefusesWhatIsNoDict) {
  EXPECT_THAT(message_of([] { facts_of_config(Json::array(), "row"); }),
              HasSubstr("config.model: expected an object, got an array"));
  EXPECT_THAT(message_of([] {
                facts_of_config({{"backbone", 1}}, "row");
              }),
              HasSubstr("backbone: expected an object"));
}

TEST(ModelConfig, ClassDefaultsAreThoseOfAPlainResNet) {
  EXPECT_EQ(class_defaults().backbone.strides, (std::vector<std::int64_t>{1, 2, 2, 2}));
  EXPECT_EQ(class_defaults().decode_head.dilations, (std::vector<std::int64_t>{1, 6, 12, 18}));
  EXPECT_FALSE(class_defaults().has_auxiliary_head);
}

}  // namespace
}  // namespace harness
