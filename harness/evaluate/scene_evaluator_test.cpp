#include "harness/evaluate/scene_evaluator.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/evaluate/segment.h"
#include "harness/testing/scenes.h"

namespace harness {
namespace {
using testing::ElementsAre;

/// One row of red values; the label is the class that belongs to them.
LoadedScene row_of(const std::vector<std::uint8_t>& reds, const std::vector<std::uint8_t>& labels,
                   const EvaluatorOptions& options) {
  const ImageSize size{1, static_cast<std::int64_t>(reds.size())};
  LoadedScene loaded{{"row", {size, {}}, {size, labels}}, {}};
  for (const auto red : reds)
    loaded.scene.image.pixels.insert(loaded.scene.image.pixels.end(), {0, 0, red});
  loaded.inputs.push_back(prepare_for_test(loaded.scene.image, {}, false, options.normalization));
  return loaded;
}

EvaluatorOptions two_classes() {
  EvaluatorOptions options;
  options.num_classes = 2;
  options.normalization = {.mean = {100, 0, 0}, .std = {1, 1, 1}};
  return options;
}

TEST(SceneEvaluator, CountsWhatTheNetworkSees) {
  const auto options = two_classes();
  const std::vector forwards{sign_network("fp32")};
  const SceneEvaluator evaluator(forwards, options);
  const auto result =
      evaluator.evaluate(row_of({90, 110, 110, 90}, {0, 1, 0, 255}, options), false);
  ASSERT_EQ(result.forwards.size(), 1U);
  EXPECT_THAT(result.forwards[0].prediction.classes, ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(result.forwards[0].confusion.counts(), ElementsAre(1, 1, 0, 1));
  EXPECT_EQ(result.forwards[0].logits_elements, 8);
  EXPECT_EQ(result.forwards[0].logits_non_finite, 0);
  EXPECT_GT(result.forwards[0].seconds, 0.0);
}

TEST(SceneEvaluator, ComparesEveryForwardWithTheFirstOnCountedPixels) {
  const auto options = two_classes();
  const std::vector forwards{sign_network("fp32"), sign_network("inverted", -1.0)};
  const SceneEvaluator evaluator(forwards, options);
  const auto result = evaluator.evaluate(row_of({90, 110, 110}, {0, 1, 255}, options), false);
  EXPECT_EQ(result.forwards[0].changed_pixels, 0);
  EXPECT_EQ(result.forwards[1].changed_pixels, 2);
}

TEST(SceneEvaluator, MeasuresTheDistanceFromTheYardstick) {
  auto options = two_classes();
  options.yardstick = [](const torch::Tensor& image) {
    return sign_network("", 1.0).forward(image.to(torch::kDouble));
  };
  const std::vector forwards{sign_network("same"), sign_network("twice", 2.0)};
  const SceneEvaluator evaluator(forwards, options);
  const auto result = evaluator.evaluate(row_of({90, 120}, {0, 1}, options), true);
  // Logits 10, -20, -10, 20.
  EXPECT_EQ(result.yardstick_elements, 4);
  EXPECT_EQ(result.yardstick_squares, 1000.0);
  EXPECT_EQ(result.forwards[0].squared_distance, 0.0);
  EXPECT_EQ(result.forwards[1].squared_distance, 1000.0);
}

TEST(SceneEvaluator, CountsLogitsThatAreNotFinite) {
  const auto options = two_classes();
  const std::vector forwards{sign_network("overflow", std::numeric_limits<double>::infinity())};
  const SceneEvaluator evaluator(forwards, options);
  const auto result = evaluator.evaluate(row_of({90, 100}, {0, 1}, options), false);
  EXPECT_EQ(result.forwards[0].logits_non_finite, 4);
}

TEST(SceneEvaluator, RefusesLogitsOfAnotherClassCount) {
  const auto options = two_classes();
  const std::vector forwards{random_network("three", 3)};
  const SceneEvaluator evaluator(forwards, options);
  const auto paths = find_cityscapes(kMiniScenes, "val").front();
  EvaluatorOptions nineteen;
  EXPECT_THROW(evaluator.evaluate(SceneEvaluator(forwards, nineteen).load(paths), false),
               c10::Error);
}

TEST(SceneEvaluator, AveragesTheProbabilitiesOfEveryScaleAndItsMirrorImage) {
  EvaluatorOptions options;
  options.protocol = Protocol::kMultiScaleFlip;
  options.ratios = {0.5, 1.0};
  const std::vector forwards{random_network("fp32", 19)};
  const SceneEvaluator evaluator(forwards, options);
  const auto loaded = evaluator.load(find_cityscapes(kMiniScenes, "val").front());
  ASSERT_EQ(loaded.inputs.size(), 2U);
  EXPECT_EQ(loaded.inputs[0].size, (ImageSize{64, 128}));

  torch::Tensor sum = torch::zeros({1, 19, 128, 256});
  for (const auto& ratio_size : {ImageSize{64, 128}, ImageSize{128, 256}}) {
    for (const bool flip : {false, true}) {
      const auto input = prepare_for_test(loaded.scene.image, ratio_size, flip, {});
      const auto image =
          torch::tensor(input.planes).reshape({1, 3, ratio_size.height, ratio_size.width});
      const auto pass =
          class_probabilities(forwards[0].forward(image), ratio_size, {128, 256}, false);
      sum += flip ? pass.flip(3) : pass;
    }
  }
  EXPECT_EQ(evaluator.evaluate(loaded, false).forwards[0].prediction.classes,
            most_probable_class(sum / 4).classes);
}

}  // namespace
}  // namespace harness
