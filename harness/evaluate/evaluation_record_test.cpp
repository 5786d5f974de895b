#include "harness/evaluate/evaluation_record.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

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

TEST(EvaluationRecord, HoldsCountsMetricsAndTime) {
  auto result = two_forwards();
  result.forwards[1].seconds = {0.5, 0.25, 0.25};
  result.forwards[1].warmup = 5;
  const auto record = evaluation_record(result, 1);
  EXPECT_EQ(record.at("images"), 1);
  EXPECT_EQ(record.at("pixels"), 4);
  EXPECT_EQ(record.at("confusion").dump(), "[[2,0],[1,1]]");
  EXPECT_DOUBLE_EQ(record.at("miou"), 100.0 * (2.0 / 3 + 1.0 / 2) / 2);
  EXPECT_DOUBLE_EQ(record.at("images_per_second"), 3.0);
  EXPECT_EQ(record.at("seconds_per_image").dump(),
            R"({"median":0.25,"min":0.25,"max":0.5,"images":3,"warmup":5})");
  EXPECT_EQ(record.at("forward").at("logits_non_finite"), 0);
}

TEST(EvaluationRecord, WritesNullWhereNothingWasTimed) {
  const auto record = evaluation_record(two_forwards(), 0);
  EXPECT_TRUE(record.at("images_per_second").is_null());
  EXPECT_TRUE(record.at("seconds_per_image").at("median").is_null());
}

TEST(SecondsRecord, MedianOfAnEvenNumberIsTheMiddle) {
  ForwardResult forward{"fp32", ConfusionMatrix(1)};
  forward.seconds = {4.0, 1.0, 2.0, 3.0};
  EXPECT_EQ(seconds_record(forward).at("median"), 2.5);
}

TEST(ParityRecord, ComparesWithTheFirstForward) {
  const auto record = parity_record(two_forwards(), 1);
  EXPECT_EQ(record.at("images"), 1);
  EXPECT_EQ(record.at("pixels"), 4);
  EXPECT_EQ(record.at("changed_pixels"), 1);
  EXPECT_EQ(record.at("miou_reference"), 100.0);
  EXPECT_DOUBLE_EQ(record.at("difference"), 100.0 * (2.0 / 3 + 1.0 / 2) / 2 - 100.0);
  EXPECT_TRUE(record.at("logits").at("rmse").is_null());
  EXPECT_EQ(
      record.at("per_image").dump(),
      R"([{"intersect":[2,1],"union":[3,2],"intersect_reference":[2,2],"union_reference":[2,2]}])");
}

TEST(ParityRecord, RefusesTheReferenceItself) {
  EXPECT_THROW(parity_record(two_forwards(), 0), c10::Error);
  EXPECT_THROW(parity_record(two_forwards(), 2), c10::Error);
}

}  // namespace
}  // namespace harness
