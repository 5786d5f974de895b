#include "harness/record/evaluation_record.h"

#include <cmath>

#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

EvaluationRecord evaluation() {
  EvaluationRecord record;
  record.protocol = "whole";
  record.images = 2;
  record.confusion = {{3, 1}, {0, 0}};
  record.iou = {75.0, NAN};
  record.acc = {75.0, NAN};
  record.forward.emplace().census["convolution"]["float16"] = 59;
  record.forward->activations.max_abs_layer = "decode_head.conv_seg";
  return record;
}

TEST(EvaluationRecord, ComesBackFromJson) {
  const Json value = record_to_json(evaluation());
  EXPECT_EQ(value.at("iou").dump(), "[75.0,null]");
  const auto read = record_from_json<EvaluationRecord>(value, "a.json");
  EXPECT_EQ(record_to_json(read).dump(), value.dump());
  EXPECT_TRUE(std::isnan(read.iou[1]));
  EXPECT_EQ(read.forward->activations.first_non_finite_layer, std::nullopt);
}

TEST(EvaluationRecord, SeveralScalesHaveNoForward) {
  EvaluationRecord record = evaluation();
  record.forward.reset();
  const Json value = record_to_json(record);
  EXPECT_TRUE(value.at("forward").is_null());
  EXPECT_FALSE(record_from_json<EvaluationRecord>(value, "a.json").forward.has_value());
}

TEST(EvaluationRecord, AMissingPartIsRefused) {
  const Json whole = record_to_json(evaluation());
  for (const auto& [key, part] : whole.items()) {
    Json value = whole;
    value.erase(key);
    EXPECT_THROW(record_from_json<EvaluationRecord>(value, "a.json"), Error) << key;
  }
}

TEST(ParityRecord, ComesBackFromJson) {
  ParityRecord record;
  record.images = 1;
  record.logits = {1, 0.5, NAN, 2.0};
  record.per_image = {{{1, 2}, {3, 4}, {5, 6}, {7, 8}}};
  const Json value = record_to_json(record);
  EXPECT_EQ(
      value.at("per_image").dump(),
      R"([{"intersect":[1,2],"union":[3,4],"intersect_reference":[5,6],"union_reference":[7,8]}])");
  const auto read = record_from_json<ParityRecord>(value, "a.json");
  EXPECT_EQ(record_to_json(read).dump(), value.dump());
  EXPECT_TRUE(std::isnan(read.logits.rmse_reference));
}

}  // namespace
}  // namespace harness
