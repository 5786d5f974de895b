#include "harness/evaluate/confusion_matrix.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/json.h"

namespace harness {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

// class 0: 1 of 2, class 1: 2 of 3, class 2 occurs nowhere; the ignored pixel is not counted.
ConfusionMatrix small_matrix() {
  ConfusionMatrix matrix(3);
  matrix.add(/*prediction=*/Bytes{0, 0, 1, 1, 2}, /*label=*/Bytes{0, 1, 1, 1, 255});
  return matrix;
}

TEST(ConfusionMatrix, CountsRowsByLabelAndColumnsByPrediction) {
  EXPECT_THAT(small_matrix().counts(), ElementsAre(1, 0, 0, 1, 2, 0, 0, 0, 0));
  EXPECT_EQ(small_matrix().pixels(), 4);
}

TEST(ConfusionMatrix, MeanIouIsTheHandComputedOne) {
  const auto matrix = small_matrix();
  EXPECT_THAT(matrix.intersect(), ElementsAre(1, 2, 0));
  EXPECT_THAT(matrix.unite(), ElementsAre(2, 3, 0));
  EXPECT_DOUBLE_EQ(matrix.miou(), 100.0 * (1.0 / 2 + 2.0 / 3) / 2);
  EXPECT_DOUBLE_EQ(matrix.macc(), 100.0 * (1.0 + 2.0 / 3) / 2);
  EXPECT_DOUBLE_EQ(matrix.aacc(), 75.0);
}

TEST(ConfusionMatrix, AClassThatIsOnlyPredictedHasIouZeroAndNoAccuracy) {
  ConfusionMatrix matrix(3);
  matrix.add(Bytes{0, 2}, Bytes{0, 0});
  EXPECT_EQ(matrix.iou()[2], 0.0);
  EXPECT_TRUE(std::isnan(matrix.acc()[2]));
  EXPECT_DOUBLE_EQ(matrix.miou(), 25.0);
}

TEST(ConfusionMatrix, IsNaNWhenNothingWasCounted) {
  ConfusionMatrix matrix(2);
  matrix.add(Bytes{0, 1}, Bytes{255, 255});
  EXPECT_EQ(matrix.pixels(), 0);
  EXPECT_TRUE(std::isnan(matrix.miou()));
  EXPECT_TRUE(std::isnan(matrix.macc()));
  EXPECT_TRUE(std::isnan(matrix.aacc()));
}

TEST(ConfusionMatrix, AnotherLabelCanBeTheIgnoredOne) {
  ConfusionMatrix matrix(2);
  matrix.add(Bytes{0, 1}, Bytes{0, 0}, /*ignored=*/0);
  EXPECT_EQ(matrix.pixels(), 0);
}

TEST(ConfusionMatrix, CountsEveryPixelOfAnOddNumber) {
  ConfusionMatrix matrix(255);
  matrix.add(Bytes(1001, 254), Bytes(1001, 254));
  EXPECT_EQ(matrix.count(254, 254), 1001);
}

template <class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST(ConfusionMatrix, RefusesAClassOutOfRangeAndCountsNothing) {
  ConfusionMatrix matrix(2);
  EXPECT_THAT(message_of([&] {
                matrix.add(Bytes{0, 2}, Bytes{0, 0});
              }),
              HasSubstr("got label 0 and prediction 2 at pixel 1"));
  EXPECT_THAT(message_of([&] {
                matrix.add(Bytes{0, 0}, Bytes{0, 7});
              }),
              HasSubstr("got label 7 and prediction 0 at pixel 1"));
  EXPECT_EQ(matrix.pixels(), 0);
}

TEST(ConfusionMatrix, RefusesOtherLengthsAndImpossibleClassNumbers) {
  ConfusionMatrix matrix(2);
  EXPECT_THAT(message_of([&] { matrix.add(Bytes{0}, Bytes{0, 0}); }), HasSubstr("got 1 and 2"));
  EXPECT_THROW(ConfusionMatrix(0), std::invalid_argument);
  EXPECT_THROW(ConfusionMatrix(256), std::invalid_argument);
}

TEST(ConfusionMatrix, MergesCountByCount) {
  auto matrix = small_matrix();
  matrix.merge(small_matrix());
  EXPECT_THAT(matrix.counts(), ElementsAre(2, 0, 0, 2, 4, 0, 0, 0, 0));
  EXPECT_THROW(matrix.merge(ConfusionMatrix(2)), std::invalid_argument);
}

TEST(ConfusionMatrix, AClassThatIsAbsentHasNoNumbers) {
  EXPECT_EQ(small_matrix().iou().at(0), 50.0);
  EXPECT_TRUE(std::isnan(small_matrix().iou().at(2)));
  EXPECT_TRUE(std::isnan(ConfusionMatrix(1).miou()));
}

// MMSegmentation's own numbers for its own matrix: mini zoo, FCN, FP32.
TEST(ConfusionMatrix, AgreesWithTheMetricsThatMMSegmentationReported) {
  const auto golden = read_json_file("fixtures/minizoo/goldens/eval/fcn_fp32.json").at("fp32");
  const auto rows = golden.at("confusion").get<std::vector<std::vector<std::int64_t>>>();
  Bytes prediction;
  Bytes label;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t column = 0; column < rows[row].size(); ++column) {
      const auto count = static_cast<std::size_t>(rows[row][column]);
      prediction.insert(prediction.end(), count, static_cast<std::uint8_t>(column));
      label.insert(label.end(), count, static_cast<std::uint8_t>(row));
    }
  }
  ConfusionMatrix matrix(static_cast<std::int64_t>(rows.size()));
  matrix.add(prediction, label);
  EXPECT_EQ(matrix.pixels(), static_cast<std::int64_t>(label.size()));
  EXPECT_NEAR(matrix.miou(), 100.0 * golden.at("metrics").at("mIoU").get<double>(), 0.00501);
  EXPECT_NEAR(matrix.macc(), 100.0 * golden.at("metrics").at("mAcc").get<double>(), 0.00501);
  EXPECT_NEAR(matrix.aacc(), 100.0 * golden.at("metrics").at("aAcc").get<double>(), 0.00501);
}

TEST(ConfusionMatrix, IsMadeOfItsCounts) {
  ConfusionMatrix matrix(2);
  matrix.add(std::vector<std::uint8_t>{0, 1, 1}, std::vector<std::uint8_t>{0, 0, 1});
  EXPECT_EQ(ConfusionMatrix::of_counts(2, matrix.counts()), matrix);
  EXPECT_THROW(ConfusionMatrix::of_counts(2, {1, 2, 3}), std::invalid_argument);
  EXPECT_THROW(ConfusionMatrix::of_counts(2, {1, 2, 3, -1}), std::invalid_argument);
  EXPECT_THROW(ConfusionMatrix::of_counts(0, {}), std::invalid_argument);
}

}  // namespace
}  // namespace harness
