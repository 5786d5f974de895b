#include "harness/data/photometric.h"

#include <cstdlib>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::ElementsAre;

std::vector<std::uint8_t> distorted(std::vector<std::uint8_t> pixels, PhotometricDraws draws) {
  Image image{{1, static_cast<std::int64_t>(pixels.size()) / 3}, std::move(pixels)};
  distort_colors(image, draws);
  return image.pixels;
}

TEST(DistortColors, WithoutDrawsChangesNothing) {
  EXPECT_THAT(distorted({1, 2, 250}, {}), ElementsAre(1, 2, 250));
}

TEST(DistortColors, BrightnessIsAddedAndTheFractionCutOff) {
  EXPECT_THAT(distorted({0, 100, 250}, {.brightness = 10.75}), ElementsAre(10, 110, 255));
  EXPECT_THAT(distorted({0, 100, 250}, {.brightness = -10.75}), ElementsAre(0, 89, 239));
}

TEST(DistortColors, ContrastIsMultipliedInSinglePrecision) {
  // In float64 90 * 0.7 is 62.99999999999999; in float32 60 * 1.05 is 62.999996.
  EXPECT_THAT(distorted({90, 200, 3}, {.contrast = 0.7}), ElementsAre(63, 140, 2));
  EXPECT_THAT(distorted({60, 220, 250}, {.contrast = 1.05}), ElementsAre(62, 230, 255));
}

TEST(DistortColors, AppliesContrastBeforeOrAfterHsv) {
  // Pure red, hue turned by 60 (120 degrees): green. Contrast first: red 200 * 1.5 is limited.
  EXPECT_THAT(distorted({0, 0, 200}, {.contrast_first = true, .contrast = 1.5, .hue = 60}),
              ElementsAre(0, 255, 0));
  // A grey of 100 with saturation 1.5 stays; what comes after is 150.
  EXPECT_THAT(distorted({100, 100, 100}, {.contrast = 1.5, .saturation = 1.5}),
              ElementsAre(150, 150, 150));
}

TEST(DistortColors, HueGoesRoundBothWays) {
  EXPECT_THAT(distorted({0, 0, 200}, {.hue = -60}), ElementsAre(200, 0, 0));
  EXPECT_THAT(distorted({200, 0, 0}, {.hue = 60}), ElementsAre(0, 0, 200));
}

TEST(DistortColors, SaturationIsLimitedAtFullColour) {
  // Blue 100, green 50, red 50: saturation 127.5 -> 128 of 255; times 2 is full.
  EXPECT_THAT(distorted({100, 50, 50}, {.saturation = 2.0}), ElementsAre(100, 0, 0));
  EXPECT_THAT(distorted({100, 50, 50}, {.saturation = 0.0}), ElementsAre(100, 100, 100));
}

TEST(DistortColors, SaturationAndHueEachRoundToBytes) {
  // One way through HSV for both would give another colour: the first way rounds.
  const std::vector<std::uint8_t> color = {13, 57, 101};
  const auto first = distorted(color, {.saturation = 0.9});
  EXPECT_EQ(distorted(color, {.saturation = 0.9, .hue = 7}), distorted(first, {.hue = 7}));
}

TEST(DrawPhotometric, DrawsInTheSourcesOrder) {
  int contrasts = 0;
  for (std::uint32_t item = 0; item < 64; ++item) {
    const StreamId id{.seed = 1, .epoch = 2, .item = item, .use = StreamUse::kPhotometric};
    RandomStream used(id);
    const auto draws = draw_photometric({}, used);
    RandomStream stream(id);
    if (stream.integer(0, 2) == 1) {
      EXPECT_EQ(draws.brightness, stream.real(-32, 32));
    }
    const bool contrast_first = stream.integer(0, 2) == 1;
    EXPECT_EQ(draws.contrast_first, contrast_first);
    if (contrast_first && stream.integer(0, 2) == 1) {
      EXPECT_EQ(draws.contrast, stream.real(0.5, 1.5));
    }
    if (stream.integer(0, 2) == 1) {
      EXPECT_EQ(draws.saturation, stream.real(0.5, 1.5));
    }
    if (stream.integer(0, 2) == 1) {
      EXPECT_EQ(draws.hue, stream.integer(-18, 18));
    }
    if (!contrast_first && stream.integer(0, 2) == 1) {
      EXPECT_EQ(draws.contrast, stream.real(0.5, 1.5));
    }
    EXPECT_EQ(used.bits(), stream.bits());
    contrasts += draws.contrast.has_value() ? 1 : 0;
  }
  EXPECT_GT(contrasts, 16);
  EXPECT_LT(contrasts, 48);
}

TEST(DrawPhotometric, KeepsToTheRanges) {
  const PhotometricRanges ranges{.brightness_delta = 1,
                                 .contrast_lower = 2,
                                 .contrast_upper = 3,
                                 .saturation_lower = 4,
                                 .saturation_upper = 5,
                                 .hue_delta = 1};
  for (std::uint32_t item = 0; item < 64; ++item) {
    RandomStream stream({.seed = 1, .epoch = 0, .item = item, .use = StreamUse::kPhotometric});
    const auto draws = draw_photometric(ranges, stream);
    EXPECT_LE(std::abs(draws.brightness.value_or(0)), 1);
    EXPECT_EQ(static_cast<int>(draws.contrast.value_or(2.5)), 2);
    EXPECT_EQ(static_cast<int>(draws.saturation.value_or(4.5)), 4);
    EXPECT_THAT(draws.hue.value_or(0), testing::AnyOf(-1, 0));
  }
}

}  // namespace
}  // namespace harness
