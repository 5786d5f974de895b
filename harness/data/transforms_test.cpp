#include "harness/data/transforms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/sha256.h"
#include "harness/data/cityscapes.h"

namespace harness {
namespace {
using testing::ElementsAre;

TEST(RescaledSize, KeepsAnImageOfTheScalesSize) {
  EXPECT_EQ(rescaled_size({1024, 2048}, {1024, 2048}), (ImageSize{1024, 2048}));
}

TEST(RescaledSize, FitsLongSideToLongSideAndShortToShort) {
  // Factors 200/40 and 60/30: the smaller one, 2, counts; portrait into a landscape scale.
  EXPECT_EQ(rescaled_size({40, 30}, {60, 200}), (ImageSize{80, 60}));
}

TEST(RescaledSize, RoundsHalfUp) {
  // Factor 0.5: 5 becomes int(2.5 + 0.5).
  EXPECT_EQ(rescaled_size({5, 10}, {3, 5}), (ImageSize{3, 5}));
  // Factor 0.4: 5 becomes int(2.0 + 0.5), 8 becomes int(3.2 + 0.5).
  EXPECT_EQ(rescaled_size({5, 8}, {9, 2}), (ImageSize{2, 3}));
}

TEST(ScaledBy, CutsOffFractions) {
  EXPECT_EQ(scaled_by({1024, 2048}, 1.75), (ImageSize{1792, 3584}));
  EXPECT_EQ(scaled_by({5, 7}, 0.5), (ImageSize{2, 3}));
}

TEST(ResizeLinear, AveragesNeighboursAndRounds) {
  const Image image{{1, 2}, {0, 10, 20, 100, 110, 120}};
  // Four columns from two: weights 1, 3/4 + 1/4, 1/4 + 3/4, 1.
  EXPECT_THAT(resize_linear(image, {1, 4}).pixels,
              ElementsAre(0, 10, 20, 25, 35, 45, 75, 85, 95, 100, 110, 120));
}

TEST(ResizeLinear, RefusesAnEmptySize) {
  EXPECT_THROW(resize_linear({{1, 1}, {1, 2, 3}}, {0, 4}), Error);
}

TEST(FlipHorizontal, MirrorsPixelsAndKeepsTheirChannels) {
  const Image image{{1, 2}, {1, 2, 3, 4, 5, 6}};
  EXPECT_THAT(flip_horizontal(image).pixels, ElementsAre(4, 5, 6, 1, 2, 3));
}

TEST(Normalize, SubtractsTheMeanTimesTheInverseAndPutsRedFirst) {
  const Image image{{1, 2}, {10, 20, 30, 11, 22, 33}};
  const Normalization normalization{.mean = {10, 20, 30}, .std = {2, 4, 8}};
  const auto result = normalize(image, normalization);
  EXPECT_THAT(result.planes, ElementsAre(10.0F, 11.5F, 0.0F, 0.5F, -2.5F, -2.375F));
}

TEST(Normalize, KeepsBlueFirstWhenToldSo) {
  const Normalization normalization{.mean = {0, 0, 0}, .std = {1, 1, 1}, .to_rgb = false};
  EXPECT_THAT(normalize({{1, 1}, {1, 2, 3}}, normalization).planes, ElementsAre(1, 2, 3));
}

TEST(PrepareForTest, GivesTheBytesThatMMSegmentationFedItsNetworks) {
  const auto golden = read_json_file("fixtures/forward/image_digest.json");
  const auto scenes = find_cityscapes("fixtures/minizoo/data/scenes", "val");
  const auto scene = load_scene(scenes.front(), 19);
  ASSERT_EQ(scene.name, golden.at("name"));
  const auto input = prepare_for_test(scene.image, {128, 256}, /*flip=*/false, {});
  EXPECT_THAT(golden.at("shape"), ElementsAre(3, input.size.height, input.size.width));
  Sha256 hash;
  hash.update(std::as_bytes(std::span(input.planes)));
  EXPECT_EQ(hash.hex_digest(), golden.at("sha256"));
}

TEST(PrepareForTest, ScalesThenFlips) {
  const Image image{{1, 2}, {0, 0, 0, 100, 100, 100}};
  const Normalization plain{.mean = {0, 0, 0}, .std = {1, 1, 1}};
  const auto input = prepare_for_test(image, {2, 4}, /*flip=*/true, plain);
  EXPECT_EQ(input.size, (ImageSize{2, 4}));
  EXPECT_THAT(std::vector(input.planes.begin(), input.planes.begin() + 4),
              ElementsAre(100, 75, 25, 0));
}

TEST(PrepareForTest, KeepsTheImagesSizeWithoutAScale) {
  const Image image{{1, 2}, {0, 0, 0, 100, 100, 100}};
  EXPECT_EQ(prepare_for_test(image, {}, false, {}).size, (ImageSize{1, 2}));
}

}  // namespace
}  // namespace harness
