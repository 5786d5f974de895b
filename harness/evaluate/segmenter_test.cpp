#include "harness/evaluate/segmenter.h"

#include <limits>

#include <gtest/gtest.h>
#include <torch/types.h>

#include "harness/evaluate/segment.h"
#include "harness/testing/golden_tensors.h"

namespace harness {
namespace {

struct Case {
  std::string name;
  std::vector<std::int64_t> logits;  ///< classes, h, w.
  ImageSize size;
  torch::ScalarType dtype;
  bool align_corners = false;
  double spread = 4.0;  ///< Small: many close logits, so that softmax makes some of them equal.
};

torch::Tensor random_logits(const Case& test, std::uint64_t seed) {
  auto generator = at::detail::createCPUGenerator(seed);
  const auto& shape = test.logits;
  return (torch::randn({1, shape[0], shape[1], shape[2]}, generator) * test.spread).to(test.dtype);
}

class SegmenterCase : public testing::TestWithParam<Case> {};

TEST_P(SegmenterCase, GivesTheLabelMapOfThePlainWay) {
  const auto& test = GetParam();
  const Segmenter segmenter(test.align_corners);
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const auto logits = random_logits(test, seed);
    ASSERT_TRUE(segmenter.is_fast(logits, test.size, test.size));
    EXPECT_EQ(segmenter.segment(logits, test.size, test.size).classes,
              segment_plainly(logits, test.size, test.size, test.align_corners).classes);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Segmenter, SegmenterCase,
    testing::Values(Case{"float", {19, 16, 32}, {128, 256}, torch::kFloat},
                    Case{"half", {19, 16, 32}, {128, 256}, torch::kHalf},
                    Case{"stride4", {19, 32, 64}, {128, 256}, torch::kHalf},
                    Case{"close", {19, 16, 32}, {128, 256}, torch::kFloat, false, 1e-6},
                    Case{"close_half", {19, 16, 32}, {128, 256}, torch::kHalf, false, 1e-3},
                    Case{"odd", {7, 17, 33}, {129, 257}, torch::kFloat},
                    Case{"odd_half", {7, 17, 33}, {129, 257}, torch::kHalf},
                    Case{"uneven", {5, 13, 21}, {100, 160}, torch::kHalf},
                    Case{"aligned", {19, 17, 33}, {128, 256}, torch::kFloat, true},
                    Case{"aligned_half", {19, 17, 33}, {128, 256}, torch::kHalf, true},
                    Case{"same_size", {19, 64, 64}, {64, 64}, torch::kHalf},
                    Case{"most_classes", {255, 4, 4}, {64, 128}, torch::kFloat},
                    Case{"shrinks", {19, 128, 160}, {64, 96}, torch::kFloat},
                    Case{"one_class", {1, 4, 4}, {64, 128}, torch::kFloat}),
    [](const auto& test) { return test.param.name; });

TEST(Segmenter, SoftmaxDecidesWhereItMakesTwoLogitsEqual) {
  // In half, exp(-2^-12) rounds to 1: the first class wins although the second logit is larger.
  const auto logits =
      torch::tensor({0.0, 0x1p-12}).reshape({1, 2, 1, 1}).expand({1, 2, 8, 16}).to(torch::kHalf);
  const ImageSize size{64, 128};
  ASSERT_EQ(segment_plainly(logits, size, size, false).classes[0], 0);
  const Segmenter segmenter(false);
  ASSERT_TRUE(segmenter.is_fast(logits, size, size));
  EXPECT_EQ(segmenter.segment(logits, size, size).classes,
            std::vector<std::uint8_t>(size.pixels(), 0));
}

TEST(Segmenter, FollowsLibTorchsOtherKernelsForSmallMapsAndForThree) {
  const Segmenter segmenter(false);
  const auto small = torch::randn({1, 19, 5, 7});
  EXPECT_EQ(segmenter.segment(small, {31, 47}, {31, 47}).classes,
            segment_plainly(small, {31, 47}, {31, 47}, false).classes);
  const auto three = torch::randn({1, 3, 13, 21}).to(torch::kHalf);
  EXPECT_EQ(segmenter.segment(three, {100, 160}, {100, 160}).classes,
            segment_plainly(three, {100, 160}, {100, 160}, false).classes);
}

TEST(Segmenter, GoesThePlainWayForWhatIsNotFinite) {
  const Case test{"", {19, 16, 32}, {128, 256}, torch::kFloat};
  auto logits = random_logits(test, 0);
  logits[0][3][4][5] = std::numeric_limits<float>::quiet_NaN();
  logits[0][7][9][9] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(Segmenter(false).segment(logits, test.size, test.size).classes,
            segment_plainly(logits, test.size, test.size, false).classes);
}

TEST(Segmenter, GoesThePlainWayForDoubleAndForASecondResize) {
  const Segmenter segmenter(false);
  const auto logits = torch::randn({1, 19, 16, 32}, torch::kDouble);
  EXPECT_FALSE(segmenter.is_fast(logits, {128, 256}, {128, 256}));
  EXPECT_FALSE(segmenter.is_fast(logits.to(torch::kFloat), {64, 128}, {128, 256}));
  EXPECT_EQ(segmenter.segment(logits, {64, 128}, {128, 256}).classes,
            segment_plainly(logits, {64, 128}, {128, 256}, false).classes);
}

TEST(Segmenter, GivesMMSegmentationsLabelMaps) {
  const Segmenter segmenter(false);
  for (const std::string row : {"fcn", "pspnet", "deeplabv3", "deeplabv3plus"}) {
    const auto golden = read_golden_tensors("fixtures/minizoo/goldens/eval/" + row + "_fp16.pth");
    for (const std::string arithmetic : {"fp32", "fp16"}) {
      const auto expected = golden.at("pred_" + arithmetic).toTensor().contiguous();
      const ImageSize size{expected.size(0), expected.size(1)};
      const auto logits = golden.at("decode_" + arithmetic).toTensor();
      ASSERT_TRUE(segmenter.is_fast(logits, size, size));
      const auto* classes = expected.const_data_ptr<std::uint8_t>();
      EXPECT_EQ(segmenter.segment(logits, size, size).classes,
                std::vector(classes, classes + size.pixels()))
          << row << " " << arithmetic;
    }
  }
}

}  // namespace
}  // namespace harness
