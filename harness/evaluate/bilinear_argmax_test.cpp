#include "harness/evaluate/bilinear_argmax.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::ElementsAre;

TEST(BilinearArgmax, ResizesBetweenPixelCentres) {
  const std::vector<float> map{0.0F, 8.0F};
  const BilinearArgmax plan({1, 2}, {1, 4}, /*align_corners=*/false, /*half=*/false);
  EXPECT_THAT(plan.resized(map.data(), 1), ElementsAre(0, 2, 6, 8));
}

TEST(BilinearArgmax, AlignedCornersKeepTheOuterPixels) {
  const std::vector<float> map{0.0F, 6.0F};
  const BilinearArgmax plan({2, 1}, {4, 1}, /*align_corners=*/true, /*half=*/false);
  EXPECT_THAT(plan.resized(map.data(), 1), ElementsAre(0, 2, 4, 6));
}

TEST(BilinearArgmax, RoundsToHalfOnlyAtTheEnd) {
  // 0.75 * 1 + 0.25 * (1 + 2^-10) lies a quarter of half's last digit above 1.
  const std::vector<float> map{1.0F, 1.0F + 0x1p-10F};
  EXPECT_THAT(BilinearArgmax({1, 2}, {1, 4}, false, true).resized(map.data(), 1),
              ElementsAre(1.0F, 1.0F, 1.0F + 0x1p-10F, 1.0F + 0x1p-10F));
}

TEST(BilinearArgmax, FindsTheFirstLargestAndTheClosePixels) {
  // Resized: class 0: 0 2 6 8, classes 1 and 2: 4 4 4 4.
  const std::vector<float> maps{0, 8, 4, 4, 4, 4};
  const BilinearArgmax plan({1, 2}, {1, 4}, false, false);
  const auto result = plan.argmax(maps.data(), 3, /*margin=*/0.5F);
  EXPECT_THAT(result.first_largest, ElementsAre(1, 1, 0, 0));
  EXPECT_THAT(result.close, ElementsAre(0, 1));
}

TEST(BilinearArgmax, TellsTheValuesAtOnePixel) {
  const std::vector<float> maps{0, 8, 4, 4};
  const BilinearArgmax plan({1, 2}, {2, 4}, false, false);
  EXPECT_THAT(plan.values_at(maps.data(), 2, /*pixel=*/4 + 1), ElementsAre(2, 4));
}

TEST(BilinearArgmax, RefusesAnEmptySize) {
  EXPECT_THROW(BilinearArgmax({1, 0}, {1, 4}, false, false), std::invalid_argument);
}

}  // namespace
}  // namespace harness
