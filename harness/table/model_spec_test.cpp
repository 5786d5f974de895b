#include "harness/table/model_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/suite_documents.h"

namespace harness {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Row row_of(const std::string& method, const Json& model = Json::object()) {
  Row row;
  row.id = "row";
  row.method = method;
  row.model = model;
  return row;
}

TEST(ModelSpec, WithoutConfigIsTheZoosR101) {
  const ModelSpec spec = resolve_model(row_of("DeepLabV3+"), nullptr);
  EXPECT_EQ(spec.backbone.depth, 101);
  EXPECT_EQ(spec.decode_head.type, "DepthwiseSeparableASPPHead");
  EXPECT_THAT(spec.decode_head.dilations, ElementsAre(1, 12, 24, 36));
  EXPECT_EQ(spec.decode_head.c1_in_channels, 256);
  EXPECT_EQ(spec.auxiliary_head.in_channels, 1024);
  EXPECT_EQ(spec.auxiliary_head.in_index, 2);
  EXPECT_EQ(spec.auxiliary_head.channels, 256);
  EXPECT_EQ(spec.auxiliary_head.num_convs, 1);
  EXPECT_FALSE(spec.auxiliary_head.concat_input);
}

TEST(ModelSpec, KnowsMethodsInAnyCase) {
  EXPECT_EQ(resolve_model(row_of("pspnet"), nullptr).decode_head.type, "PSPHead");
  EXPECT_EQ(resolve_model(row_of("DeepLabV3plus"), nullptr).decode_head.type,
            "DepthwiseSeparableASPPHead");
  EXPECT_THAT(message_of([] { resolve_model(row_of("UPerNet"), nullptr); }),
              HasSubstr("row: method: expected FCN, PSPNet, DeepLabV3, DeepLabV3+"));
}

TEST(ModelSpec, TheConfigOverridesTheZooAndTheSuiteOverridesBoth) {
  const Row row = row_of("FCN", {{"decode_head", {{"channels", 64}}}});
  const ModelSpec spec = resolve_model(row, minizoo_fcn_config());
  EXPECT_EQ(spec.backbone.depth, 50);
  EXPECT_EQ(spec.decode_head.channels, 64);
  EXPECT_EQ(spec.auxiliary_head.channels, 16);
}

TEST(ModelSpec, DerivesChannelsFromTheBackbonesWidth) {
  const Row row = row_of("DeepLabV3+", {{"backbone", {{"base_channels", 8}}}});
  const ModelSpec spec = resolve_model(row, nullptr);
  EXPECT_EQ(spec.decode_head.in_channels, 8 * 4 * 8);
  EXPECT_EQ(spec.auxiliary_head.in_channels, 8 * 4 * 4);
  EXPECT_EQ(spec.decode_head.c1_in_channels, 8 * 4);
  const Row stated = row_of("FCN", {{"backbone", {{"base_channels", 8}}},
                                    {"decode_head", {{"in_channels", 77}, {"in_index", 1}}}});
  EXPECT_EQ(resolve_model(stated, nullptr).decode_head.in_channels, 77);
}

TEST(ModelSpec, AWholeConfigIsSilentInMmsegsWay) {
  Json config = minizoo_config({{"type", "ASPPHead"}});
  config["backbone"].erase("strides");
  config["backbone"].erase("contract_dilation");
  config.erase("auxiliary_head");
  const ModelSpec spec = resolve_model(row_of("DeepLabV3"), config);
  EXPECT_THAT(spec.decode_head.dilations, ElementsAre(1, 6, 12, 18));
  EXPECT_THAT(spec.backbone.strides, ElementsAre(1, 2, 2, 2));
  EXPECT_FALSE(spec.backbone.contract_dilation);
  EXPECT_FALSE(spec.has_auxiliary_head);
}

TEST(ModelSpec, PartOfAConfigLeavesTheZoosDefaults) {
  const ModelSpec spec = resolve_model(row_of("FCN"), {{"decode_head", {{"channels", 32}}}});
  EXPECT_EQ(spec.decode_head.channels, 32);
  EXPECT_THAT(spec.backbone.strides, ElementsAre(1, 2, 1, 1));
  EXPECT_TRUE(spec.has_auxiliary_head);
}

TEST(ModelSpec, AHostileConfigIsRefusedAndNotBuilt) {
  Json config = minizoo_fcn_config();
  config["decode_head"]["num_convs"] = 1'000'000'000'000;
  EXPECT_THAT(message_of([&] { resolve_model(row_of("FCN"), config); }),
              HasSubstr("config.model.decode_head.num_convs: expected an integer from 0 to 64"));
  config = minizoo_fcn_config();
  config["decode_head"]["channels"] = "32";
  EXPECT_THAT(message_of([&] { resolve_model(row_of("FCN"), config); }),
              HasSubstr("expected an integer, got a string"));
}

TEST(ModelSpec, RefusesHeadsThatCannotRun) {
  EXPECT_THAT(message_of([] {
                resolve_model(row_of("FCN", {{"decode_head", {{"num_convs", 0}}}}), nullptr);
              }),
              HasSubstr("decode_head.channels: expected in_channels (2048)"));
  const Json half = {{"decode_head", {{"c1_in_channels", 0}, {"c1_channels", 48}}}};
  EXPECT_THAT(message_of([&] { resolve_model(row_of("DeepLabV3+", half), nullptr); }),
              HasSubstr("c1_channels: expected 0"));
}

TEST(ModelSpec, NamesEachFactThatSuiteAndConfigDifferIn) {
  const Row row = row_of("FCN", {{"backbone", {{"depth", 101}, {"base_channels", 8}}},
                                 {"decode_head", {{"channels", 512}, {"in_index", 3}}}});
  Json config = minizoo_fcn_config();
  config["decode_head"]["in_index"] = -1;
  EXPECT_THAT(model_contradictions(row, config),
              ElementsAre("backbone.depth: suite says 101, config says 50",
                          "decode_head.channels: suite says 512, config says 32"));
}

TEST(ModelSpec, AgreementIsNoContradiction) {
  EXPECT_THAT(model_contradictions(row_of("FCN"), minizoo_fcn_config()), IsEmpty());
  EXPECT_THAT(model_contradictions(row_of("PSPNet"), nullptr), IsEmpty());
  const Row silent = row_of("FCN", {{"decode_head", {{"kernel_size", 3}}}});
  EXPECT_THAT(model_contradictions(silent, minizoo_fcn_config()), IsEmpty());
}

TEST(ModelSpec, AMethodContradictsAnotherHead) {
  EXPECT_THAT(model_contradictions(row_of("PSPNet"), minizoo_fcn_config()),
              ElementsAre("decode_head.type: suite says PSPHead (method PSPNet), config says "
                          "FCNHead"));
  const Row row = row_of("FCN", {{"decode_head", {{"type", "PSPHead"}}}});
  EXPECT_THAT(model_contradictions(row, minizoo_fcn_config()),
              ElementsAre("decode_head.type: suite says PSPHead, config says FCNHead"));
}

TEST(ModelSpec, AMissingAuxiliaryHeadIsAContradiction) {
  const Row none = row_of("FCN", {{"auxiliary_head", nullptr}});
  EXPECT_THAT(model_contradictions(none, minizoo_fcn_config()),
              ElementsAre("auxiliary_head: suite says there is none, config says there is one"));
  Json config = minizoo_fcn_config();
  config.erase("auxiliary_head");
  const Row some = row_of("FCN", {{"auxiliary_head", {{"channels", 16}}}});
  EXPECT_THAT(model_contradictions(some, config),
              ElementsAre("auxiliary_head: suite says there is one, config says there is none"));
}

TEST(ModelSpec, ContradictionsOfAHostileConfigAreText) {
  const Row row = row_of("FCN", {{"decode_head", {{"channels", 32}}}});
  EXPECT_THAT(model_contradictions(row, Json::array()), testing::SizeIs(1));
  const Json config = {{"decode_head", {{"channels", std::string(10000, 'x')}}}};
  const auto lines = model_contradictions(row, config);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_LT(lines[0].size(), 200U);
}

}  // namespace
}  // namespace harness
