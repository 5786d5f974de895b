#include "harness/data/training_transforms.h"

#include <functional>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/testing/plain_pipeline.h"

namespace harness {
namespace {
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

struct Prepared {
  std::vector<float> image;
  std::vector<std::uint8_t> classes;
  std::size_t crop = 0;
};

Prepared prepared(const Image& image, const LabelMap& label, const TrainingDraws& draws,
                  const TrainingPipeline& pipeline) {
  const auto pixels = pipeline.crop.pixels();
  Prepared result{std::vector<float>(3 * pixels, -99.0F), std::vector<std::uint8_t>(pixels, 99)};
  result.crop = prepare_for_training(image, label, draws, pipeline, {result.image, result.classes});
  return result;
}

/// Keeps sizes and pixels as they are, but for blue-green-red.
TrainingPipeline untouched(const ImageSize& size, const ImageSize& crop) {
  return {.scale = size,
          .crop = crop,
          .photometric = std::nullopt,
          .normalization = {.mean = {0, 0, 0}, .std = {1, 1, 1}}};
}

/// Two rows of three grey pixels: 1 to 6, classes the same.
Image small_image() {
  return {{2, 3}, {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6}};
}
LabelMap small_label() {
  return {{2, 3}, {1, 2, 3, 4, 5, 6}};
}

std::string failure_of(const std::function<void()>& run) {
  try {
    run();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.detail();
  }
  return "nothing thrown";
}

TEST(PrepareForTraining, CutsTheWindowOutOfImageAndLabel) {
  const auto result =
      prepared(small_image(), small_label(), {.crops = {{0, 1}}}, untouched({2, 3}, {2, 2}));
  EXPECT_THAT(result.classes, ElementsAre(2, 3, 5, 6));
  EXPECT_THAT(result.image, ElementsAre(2, 3, 5, 6, 2, 3, 5, 6, 2, 3, 5, 6));
}

TEST(PrepareForTraining, MirrorsTheWindowNotTheImage) {
  const auto result = prepared(small_image(), small_label(), {.crops = {{0, 1}}, .flip = true},
                               untouched({2, 3}, {1, 2}));
  EXPECT_THAT(result.classes, ElementsAre(3, 2));
  EXPECT_THAT(result.image, ElementsAre(3, 2, 3, 2, 3, 2));
}

TEST(PrepareForTraining, PadsRightAndBelowWithNoughtAndTheIgnoredClass) {
  auto pipeline = untouched({2, 3}, {3, 4});
  pipeline.normalization.mean = {10, 10, 10};
  const auto result =
      prepared(small_image(), small_label(), {.crops = {{0, 0}}, .flip = true}, pipeline);
  EXPECT_THAT(result.classes, ElementsAre(3, 2, 1, 255, 6, 5, 4, 255, 255, 255, 255, 255));
  EXPECT_THAT(std::vector(result.image.begin(), result.image.begin() + 12),
              ElementsAre(-7, -8, -9, 0, -4, -5, -6, 0, 0, 0, 0, 0));
}

TEST(PrepareForTraining, ResizesByTheRatioOfTheScale) {
  auto pipeline = untouched({4, 6}, {1, 2});
  // A scale of int(4 * 0.5) by int(6 * 0.5) leaves the image as it is; twice that doubles it.
  EXPECT_THAT(
      prepared(small_image(), small_label(), {.ratio = 0.5, .crops = {{1, 1}}}, pipeline).classes,
      ElementsAre(5, 6));
  EXPECT_THAT(
      prepared(small_image(), small_label(), {.ratio = 1, .crops = {{3, 1}}}, pipeline).classes,
      ElementsAre(4, 5));
}

TEST(PrepareForTraining, TakesTheFirstWindowThatIsVariedEnough) {
  // Windows of two pixels in one row of classes. 0.75 allows one of two, not two of two.
  const Image image{{1, 6}, std::vector<std::uint8_t>(18)};
  const LabelMap label{{1, 6}, {7, 7, 255, 255, 8, 7}};
  const auto pipeline = untouched({1, 6}, {1, 2});
  const auto crop = [&](std::vector<CropOffset> crops) {
    return prepared(image, label, {.crops = std::move(crops)}, pipeline).crop;
  };
  EXPECT_EQ(crop({{0, 0}, {0, 4}, {0, 0}}), 1U);          // One class, then two.
  EXPECT_EQ(crop({{0, 1}, {0, 2}, {0, 4}, {0, 0}}), 2U);  // Ignored pixels are no class.
  EXPECT_EQ(crop({{0, 0}, {0, 1}, {0, 2}}), 2U);          // The last one, whatever it is.
}

TEST(PrepareForTraining, AShareOfExactlyTheLimitIsTooMuch) {
  const Image image{{1, 5}, std::vector<std::uint8_t>(15)};
  const LabelMap label{{1, 5}, {7, 7, 7, 8, 8}};
  const auto pipeline = untouched({1, 5}, {1, 4});
  const TrainingDraws draws{.crops = {{0, 0}, {0, 1}, {0, 0}}};
  EXPECT_EQ(prepared(image, label, draws, pipeline).crop, 1U);
}

TEST(PrepareForTraining, ShareIsOfThePixelsThatAreNotIgnored) {
  const Image image{{1, 6}, std::vector<std::uint8_t>(18)};
  const LabelMap label{{1, 6}, {7, 7, 7, 7, 8, 255}};
  const auto pipeline = untouched({1, 6}, {1, 6});
  // 4 of 5 are too many; 4 of 6 would not be.
  EXPECT_EQ(prepared(image, label, {.crops = {{0, 0}, {0, 0}}}, pipeline).crop, 1U);
}

TEST(PrepareForTraining, WithoutALimitAnyWindowWillDo) {
  auto pipeline = untouched({2, 3}, {1, 1});
  pipeline.cat_max_ratio = 1;
  EXPECT_EQ(prepared(small_image(), small_label(), {.crops = {{0, 0}, {1, 1}}}, pipeline).crop, 0U);
}

TEST(PrepareForTraining, RefusesWhatDoesNotFit) {
  const auto pipeline = untouched({2, 3}, {2, 2});
  const auto refusal = [&](const LabelMap& label, const TrainingDraws& draws) {
    return failure_of([&] { prepared(small_image(), label, draws, pipeline); });
  };
  EXPECT_THAT(refusal({{3, 2}, {1, 2, 3, 4, 5, 6}}, {.crops = {{0, 0}}}),
              HasSubstr("expected the size of its image, 3x2, got 2x3"));
  EXPECT_THAT(refusal(small_label(), {}), HasSubstr("expected a window, got none"));
  for (const CropOffset wrong : {CropOffset{0, 2}, {1, 0}, {-1, 0}, {0, -1}}) {
    EXPECT_THAT(refusal(small_label(), {.crops = {{0, 0}, wrong}}),
                HasSubstr("expected a window of 2x2 within 3x2"));
  }
  EXPECT_THAT(refusal(small_label(), {.ratio = 0.3, .crops = {{0, 0}}}),
              HasSubstr("expected at least one pixel"));
}

TEST(PrepareForTraining, EqualsThePlainPipelineBitByBit) {
  const auto scenes = find_cityscapes("fixtures/minizoo/data/scenes", "train");
  // The usual crop, one that most resized images are smaller than, and one of odd sides.
  const std::vector<ImageSize> crops = {{64, 128}, {160, 200}, {37, 91}};
  for (std::uint32_t i = 0; i < 48; ++i) {
    TrainingPipeline pipeline{.scale = {128, 256}, .crop = crops[i % 3]};
    const auto scene = load_scene(scenes[i], 19);
    const auto draws = draw_training(pipeline, scene.image.size, /*seed=*/7, /*epoch=*/i, i);
    const auto result = prepared(scene.image, scene.label, draws, pipeline);
    const auto expected = plain_training_sample(scenes[i], draws, pipeline);
    EXPECT_TRUE(result.image == expected.image) << i;
    EXPECT_TRUE(std::equal(result.classes.begin(), result.classes.end(), expected.classes.begin(),
                           expected.classes.end()))
        << i;
  }
}

TEST(DrawTraining, TakesEachTransformsNumbersFromItsOwnStream) {
  const TrainingPipeline pipeline{.scale = {128, 256}, .crop = {64, 128}};
  const auto draws = draw_training(pipeline, {128, 256}, 1, 2, 3);
  const auto stream = [](StreamUse use) { return RandomStream({1, 2, 3, use}); };
  const double ratio = stream(StreamUse::kResize).real(0.5, 2.0);
  EXPECT_EQ(draws.ratio, ratio);
  const auto resized = rescaled_size({128, 256}, scaled_by({128, 256}, ratio));
  auto crops = stream(StreamUse::kCrop);
  ASSERT_EQ(draws.crops.size(), 11U);
  for (const auto& crop : draws.crops) {
    EXPECT_EQ(crop.top, crops.integer(0, resized.height - 64 + 1));
    EXPECT_EQ(crop.left, crops.integer(0, resized.width - 128 + 1));
  }
  EXPECT_EQ(draws.flip, stream(StreamUse::kFlip).unit() < 0.5);
  auto colors = stream(StreamUse::kPhotometric);
  EXPECT_EQ(draws.photometric.brightness, draw_photometric({}, colors).brightness);
}

TEST(DrawTraining, DrawsNoMoreThanThePipelineWants) {
  TrainingPipeline pipeline{.scale = {8, 8},
                            .crop = {64, 128},
                            .cat_max_ratio = 1,
                            .flip_probability = 0,
                            .photometric = std::nullopt};
  for (std::uint32_t item = 0; item < 32; ++item) {
    const auto draws = draw_training(pipeline, {8, 8}, 1, 2, item);
    EXPECT_THAT(draws.crops, ElementsAre(CropOffset{0, 0}));
    EXPECT_FALSE(draws.flip);
    EXPECT_FALSE(draws.photometric.brightness || draws.photometric.contrast ||
                 draws.photometric.saturation || draws.photometric.hue);
  }
}

std::string refusal_of(const std::function<void(TrainingPipeline&)>& spoil) {
  TrainingPipeline pipeline;
  spoil(pipeline);
  return failure_of([&] { check(pipeline); });
}

TEST(CheckTrainingPipeline, AcceptsTheSourcesOwn) {
  EXPECT_EQ(refusal_of([](auto&) {}), "nothing thrown");
  EXPECT_EQ(refusal_of([](auto& p) { p.photometric.reset(); }), "nothing thrown");
}

TEST(CheckTrainingPipeline, RefusesWhatMakesNoSense) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(refusal_of([](auto& p) { p.scale = {0, 1}; }), HasSubstr("usage: expected a scale"));
  EXPECT_THAT(refusal_of([](auto& p) { p.scale = {1 << 20, 1 << 20}; }), HasSubstr("a scale"));
  EXPECT_THAT(refusal_of([](auto& p) { p.crop = {1, -1}; }), HasSubstr("a crop"));
  EXPECT_THAT(refusal_of([](auto& p) { p.ratio_lower = 0; }), HasSubstr("for the ratio"));
  EXPECT_THAT(refusal_of([](auto& p) { p.ratio_upper = 0.4; }), HasSubstr("for the ratio"));
  EXPECT_THAT(refusal_of([](auto& p) { p.ratio_upper = kNaN; }), HasSubstr("for the ratio"));
  EXPECT_THAT(refusal_of([](auto& p) { p.cat_max_ratio = kNaN; }), HasSubstr("cat_max_ratio"));
  EXPECT_THAT(refusal_of([](auto& p) { p.flip_probability = 1.5; }), HasSubstr("for the flip"));
  EXPECT_THAT(refusal_of([](auto& p) { p.normalization.std[1] = 0; }), HasSubstr("a std above 0"));
  EXPECT_THAT(refusal_of([](auto& p) { p.normalization.mean[2] = kNaN; }), HasSubstr("a mean"));
  EXPECT_THAT(refusal_of([](auto& p) { p.photometric->brightness_delta = -1; }),
              HasSubstr("a brightness delta"));
  EXPECT_THAT(refusal_of([](auto& p) { p.photometric->contrast_upper = 0.1; }),
              HasSubstr("for contrast"));
  EXPECT_THAT(refusal_of([](auto& p) { p.photometric->saturation_lower = kNaN; }),
              HasSubstr("for saturation"));
  EXPECT_THAT(refusal_of([](auto& p) { p.photometric->hue_delta = 0; }), HasSubstr("a hue delta"));
}

}  // namespace
}  // namespace harness
