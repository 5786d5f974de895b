#include "harness/evaluate/stage_records.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

namespace harness {
namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

ForwardResult forward_with(const std::string& name, const Bytes& prediction) {
  ForwardResult forward{name, ConfusionMatrix(2)};
  forward.confusion.add(prediction, Bytes{0, 0, 1, 1});
  forward.per_image.push_back({forward.confusion.intersect(), forward.confusion.unite()});
  forward.logits_rmse = kNan;
  return forward;
}

EvaluationResult two_forwards() {
  EvaluationResult result;
  result.images = 1;
  result.yardstick_rms = kNan;
  result.forwards = {forward_with("fp32", {0, 0, 1, 1}), forward_with("fp16", {0, 0, 1, 0})};
  result.forwards[1].changed_pixels = 1;
  return result;
}

using testing::ElementsAre;

TEST(EvaluationRecord, HoldsCountsMetricsAndTime) {
  auto result = two_forwards();
  result.forwards[1].seconds = {0.5, 0.25, 0.25};
  result.forwards[1].warmup = 5;
  result.forwards[1].logits_elements = 8;
  result.forwards[1].logits_non_finite = 3;
  const auto record = evaluation_record(result, 1, Protocol::kWholeImage);
  EXPECT_EQ(record.protocol, "whole");
  EXPECT_EQ(record.images, 1);
  EXPECT_EQ(record.pixels, 4);
  EXPECT_EQ(record.classes, 2);
  EXPECT_THAT(record.confusion, ElementsAre(ElementsAre(2, 0), ElementsAre(1, 1)));
  EXPECT_DOUBLE_EQ(record.miou, 100.0 * (2.0 / 3 + 1.0 / 2) / 2);
  EXPECT_DOUBLE_EQ(record.macc, 75.0);
  EXPECT_DOUBLE_EQ(record.aacc, 75.0);
  EXPECT_THAT(record.iou, ElementsAre(testing::DoubleEq(200.0 / 3), 50.0));
  EXPECT_THAT(record.acc, ElementsAre(100.0, 50.0));
  EXPECT_DOUBLE_EQ(record.images_per_second, 3.0);
  EXPECT_EQ(record_to_json(record.seconds_per_image).dump(),
            R"({"median":0.25,"min":0.25,"max":0.5,"images":3,"warmup":5})");
  EXPECT_EQ(record.logits.elements, 8);
  EXPECT_EQ(record.logits.non_finite, 3);
  EXPECT_FALSE(record.forward.has_value());
}

TEST(EvaluationRecord, NothingTimedIsNoTime) {
  const auto record = evaluation_record(two_forwards(), 0, Protocol::kMultiScaleFlip);
  EXPECT_EQ(record.protocol, "ms_flip");
  EXPECT_TRUE(std::isnan(record.images_per_second));
  EXPECT_TRUE(std::isnan(record.seconds_per_image.median));
  EXPECT_TRUE(std::isnan(record.seconds_per_image.min));
  EXPECT_TRUE(std::isnan(record.seconds_per_image.max));
}

TEST(EvaluationRecord, MedianOfAnEvenNumberIsTheMiddle) {
  auto result = two_forwards();
  result.forwards[0].seconds = {4.0, 1.0, 2.0, 3.0};
  EXPECT_EQ(evaluation_record(result, 0, Protocol::kWholeImage).seconds_per_image.median, 2.5);
}

TEST(ParityRecord, ComparesWithTheFirstForward) {
  const auto record = parity_record(two_forwards(), 1);
  EXPECT_EQ(record.images, 1);
  EXPECT_EQ(record.pixels, 4);
  EXPECT_EQ(record.changed_pixels, 1);
  EXPECT_EQ(record.miou_reference, 100.0);
  EXPECT_DOUBLE_EQ(record.difference, 100.0 * (2.0 / 3 + 1.0 / 2) / 2 - 100.0);
  EXPECT_TRUE(std::isnan(record.logits.rmse));
  ASSERT_EQ(record.per_image.size(), 1U);
  EXPECT_THAT(record.per_image[0].intersect, ElementsAre(2, 1));
  EXPECT_THAT(record.per_image[0].unite, ElementsAre(3, 2));
  EXPECT_THAT(record.per_image[0].intersect_reference, ElementsAre(2, 2));
  EXPECT_THAT(record.per_image[0].unite_reference, ElementsAre(2, 2));
}

TEST(EvaluationRecord, SaysWhetherOneKernelFoundTheClasses) {
  auto result = two_forwards();
  EXPECT_EQ(evaluation_record(result, 1, Protocol::kWholeImage).segmentation.value, "");
  result.fused_segmentation = true;
  EXPECT_EQ(evaluation_record(result, 1, Protocol::kWholeImage).segmentation.value, "fused");
  EXPECT_EQ(evaluation_record(result, 1, Protocol::kMultiScaleFlip).segmentation.value, "");
  EXPECT_EQ(parity_record(result, 1).segmentation.value, "fused");
}

TEST(ParityRecord, RefusesTheReferenceItself) {
  EXPECT_THROW(parity_record(two_forwards(), 0), c10::Error);
  EXPECT_THROW(parity_record(two_forwards(), 2), c10::Error);
}

}  // namespace
}  // namespace harness
