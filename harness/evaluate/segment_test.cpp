#include "harness/evaluate/segment.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "harness/testing/golden_tensors.h"

namespace harness {
namespace {
using testing::ElementsAre;

TEST(ClassProbabilities, ResizesTwiceAndSumsToOne) {
  // One row of two: resized to four the weights are 1, 3/4, 1/4, 0, and back to two 0.875, 0.125.
  const auto logits = torch::tensor({0.0, 8.0, 0.0, 0.0}, torch::kDouble).reshape({1, 2, 1, 2});
  const auto result = class_probabilities(logits, {1, 4}, {1, 2}, /*align_corners=*/false);
  const auto expected = torch::tensor({1.0, 7.0}, torch::kDouble).sigmoid();
  EXPECT_TRUE(torch::allclose(result[0][0][0], expected)) << result;
  EXPECT_TRUE(torch::allclose(result.sum(1), torch::ones({1, 1, 2}, torch::kDouble)));
}

TEST(ClassProbabilities, KeepsTheLogitsArithmetic) {
  const auto logits = torch::zeros({1, 3, 2, 2}, torch::kHalf);
  EXPECT_EQ(class_probabilities(logits, {4, 4}, {4, 4}, false).scalar_type(), torch::kHalf);
}

TEST(ClassProbabilities, RefusesAnotherShapeOrIntegers) {
  EXPECT_THROW(class_probabilities(torch::zeros({2, 3, 2, 2}), {4, 4}, {4, 4}, false), c10::Error);
  EXPECT_THROW(class_probabilities(torch::zeros({1, 3, 2, 2}, torch::kLong), {4, 4}, {4, 4}, false),
               c10::Error);
}

TEST(ClassProbabilities, ChannelsLastLogitsGiveTheSameBits) {
  const auto logits = torch::randn({1, 19, 16, 32});
  const auto last = logits.contiguous(at::MemoryFormat::ChannelsLast);
  EXPECT_TRUE(torch::equal(class_probabilities(logits, {128, 256}, {128, 256}, false),
                           class_probabilities(last, {128, 256}, {128, 256}, false)));
}

TEST(MostProbableClass, TakesTheFirstOfEqualOnes) {
  const auto probabilities = torch::tensor({0.2, 0.5, 0.4, 0.5, 0.4, 0.0}).reshape({1, 3, 1, 2});
  const auto map = most_probable_class(probabilities);
  EXPECT_EQ(map.size, (ImageSize{1, 2}));
  EXPECT_THAT(map.classes, ElementsAre(1, 0));
}

TEST(MostProbableClass, RefusesMoreClassesThanAByteHolds) {
  EXPECT_THROW(most_probable_class(torch::zeros({1, 256, 1, 1})), c10::Error);
}

TEST(CountNonFinite, CountsNaNAndBothInfinities) {
  const auto infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(count_non_finite(torch::tensor({0.0, infinity, -infinity, infinity - infinity})), 3);
  EXPECT_EQ(count_non_finite(torch::full({2}, 65504.0, torch::kHalf)), 0);
}

/// MMSegmentation's logits and label maps of the first validation image, per arithmetic.
class GoldenLabelMap : public testing::TestWithParam<const char*> {};

TEST_P(GoldenLabelMap, IsReproducedPixelByPixelInEveryArithmetic) {
  const std::string name = GetParam();
  const auto golden = read_golden_tensors("fixtures/minizoo/goldens/eval/" + name + ".pth");
  int compared = 0;
  for (const std::string arithmetic : {"fp32", "fp64", "fp16"}) {
    if (!golden.contains("decode_" + arithmetic)) continue;
    const auto expected = golden.at("pred_" + arithmetic).toTensor().contiguous();
    const ImageSize size{expected.size(0), expected.size(1)};
    const auto map =
        segment_plainly(golden.at("decode_" + arithmetic).toTensor(), size, size, false);
    const auto* classes = expected.const_data_ptr<std::uint8_t>();
    EXPECT_EQ(map.classes, std::vector(classes, classes + size.pixels())) << arithmetic;
    ++compared;
  }
  EXPECT_EQ(compared, name.ends_with("fp16") ? 3 : 2);
}

INSTANTIATE_TEST_SUITE_P(MiniZoo, GoldenLabelMap,
                         testing::Values("fcn_fp16", "fcn_fp32", "pspnet_fp16", "pspnet_fp32",
                                         "deeplabv3_fp16", "deeplabv3_fp32", "deeplabv3plus_fp16",
                                         "deeplabv3plus_fp32"));

}  // namespace
}  // namespace harness
