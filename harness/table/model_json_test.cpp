#include "harness/table/model_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/suite_documents.h"

namespace harness {
namespace {
using testing::HasSubstr;

std::string refusal(const Json& model) {
  return message_of([&] { check_stated_model(model, "s.json", "rows[0].model"); });
}

TEST(ModelJson, ReadsBackWhatItWrote) {
  ModelSpec spec;
  spec.backbone.depth = 152;
  spec.backbone.contract_dilation = false;
  spec.decode_head.type = "PSPHead";
  spec.decode_head.pool_scales = {1, 7};
  spec.decode_head.align_corners = true;
  spec.auxiliary_head.dropout_ratio = 0.25;
  EXPECT_EQ(to_json(model_spec_from_json(to_json(spec))), to_json(spec));
  spec.has_auxiliary_head = false;
  const ModelSpec back = model_spec_from_json(to_json(spec));
  EXPECT_FALSE(back.has_auxiliary_head);
  EXPECT_EQ(back.decode_head.pool_scales, (std::vector<std::int64_t>{1, 7}));
}

TEST(ModelJson, ASpecificationLacksNothing) {
  Json value = to_json(ModelSpec{});
  value["decode_head"].erase("channels");
  EXPECT_THAT(message_of([&] { model_spec_from_json(value); }),
              HasSubstr("decode_head.channels: expected a value, got nothing"));
  value = to_json(ModelSpec{});
  value.erase("auxiliary_head");
  EXPECT_THAT(message_of([&] { model_spec_from_json(value); }), HasSubstr("auxiliary_head"));
}

TEST(ModelJson, NamesThePlaceOfAnUnknownKey) {
  EXPECT_THAT(refusal({{"decode_head", {{"chanels", 32}}}}),
              HasSubstr("s.json: rows[0].model.decode_head.chanels: unknown key"));
  EXPECT_THAT(refusal({{"neck", nullptr}}), HasSubstr("rows[0].model.neck: unknown key"));
  EXPECT_THAT(refusal({{"backbone", {{"loss_decode", 1}}}}), HasSubstr("unknown key"));
}

TEST(ModelJson, RefusesNumbersThatNoModelHas) {
  EXPECT_THAT(refusal({{"backbone", {{"depth", 34}}}}), HasSubstr("expected an integer from 50"));
  EXPECT_THAT(refusal({{"backbone", {{"depth", 77}}}}), HasSubstr("50, 101 or 152, got 77"));
  EXPECT_THAT(refusal({{"backbone", {{"base_channels", 65537}}}}), HasSubstr("got 65537"));
  EXPECT_THAT(refusal({{"backbone", {{"stem_channels", 9}}}}), HasSubstr("even"));
  EXPECT_THAT(refusal({{"decode_head", {{"num_convs", 65}}}}), HasSubstr("from 0 to 64"));
  EXPECT_THAT(refusal({{"decode_head", {{"channels", 0}}}}), HasSubstr("got 0"));
  EXPECT_THAT(refusal({{"decode_head", {{"kernel_size", 2}}}}), HasSubstr("odd"));
  EXPECT_THAT(refusal({{"decode_head", {{"dropout_ratio", 1.0}}}}), HasSubstr("less than 1"));
  EXPECT_THAT(refusal({{"decode_head", {{"channels", 18446744073709551615ULL}}}}),
              HasSubstr("from 1 to 65536"));
}

TEST(ModelJson, RefusesListsOfAnotherLength) {
  EXPECT_THAT(refusal({{"backbone", {{"strides", {1, 2, 1}}}}}), HasSubstr("got 3 values"));
  EXPECT_THAT(refusal({{"decode_head", {{"pool_scales", Json::array()}}}}),
              HasSubstr("got 0 values"));
  EXPECT_THAT(refusal({{"decode_head", {{"dilations", std::vector<int>(17, 1)}}}}),
              HasSubstr("got 17 values"));
  EXPECT_THAT(refusal({{"decode_head", {{"dilations", {1, 2.5}}}}}), HasSubstr("got a number"));
}

TEST(ModelJson, RefusesOtherTypesThanTheKeyHas) {
  EXPECT_THAT(refusal(Json::array()), HasSubstr("rows[0].model: expected an object"));
  EXPECT_THAT(refusal({{"decode_head", nullptr}}), HasSubstr("expected an object, got null"));
  EXPECT_THAT(refusal({{"decode_head", {{"channels", "32"}}}}),
              HasSubstr("expected an integer, got a string"));
  EXPECT_THAT(refusal({{"decode_head", {{"concat_input", 1}}}}), HasSubstr("expected a boolean"));
  EXPECT_THAT(refusal({{"decode_head", {{"type", "UPerHead"}}}}),
              HasSubstr("expected one of ASPPHead"));
  EXPECT_THAT(refusal({{"backbone", {{"type", "MobileNetV2"}}}}), HasSubstr("ResNetV1c"));
}

}  // namespace
}  // namespace harness
