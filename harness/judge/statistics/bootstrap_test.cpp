#include "harness/judge/statistics/bootstrap.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

using Counts = std::vector<std::int64_t>;
using Images = std::vector<PairedCounts>;

PairedCounts image(Counts intersect, Counts unite, Counts intersect_reference,
                   Counts unite_reference) {
  return {std::move(intersect), std::move(unite), std::move(intersect_reference),
          std::move(unite_reference)};
}

TEST(Bootstrap, TwoImagesGiveTheIntervalOfTheTwoPureResamples) {
  // One class. Image A: 50 % against 40 %: +10 points. Image B: 30 % against 35 %: -5 points. The
  // resamples AA and BB come up a quarter of the time each, so the 2.5 % and 97.5 % quantiles are
  // theirs.
  const Images images{image({50}, {100}, {40}, {100}), image({30}, {100}, {35}, {100})};
  const auto interval = bootstrap_difference(images);
  ASSERT_TRUE(interval.has_value());
  EXPECT_NEAR(interval->low, -5.0, 1e-9);
  EXPECT_NEAR(interval->high, 10.0, 1e-9);
  EXPECT_EQ(interval->images, 2);
  EXPECT_EQ(interval->resamples, 2000);
}

TEST(Bootstrap, EqualCountsDifferByNothing) {
  const PairedCounts same = image({50, 3}, {100, 9}, {50, 3}, {100, 9});
  const auto interval = bootstrap_difference(Images{same, same, same});
  ASSERT_TRUE(interval.has_value());
  EXPECT_EQ(interval->low, 0.0);
  EXPECT_EQ(interval->high, 0.0);
}

TEST(Bootstrap, AClassThatWasNotDrawnTakesNoPart) {
  // Class 1 occurs in image B only. AA: 40 - 50. BB: (40 + 80) / 2 - (50 + 100) / 2 = -15.
  const Images images{image({40, 0}, {100, 0}, {50, 0}, {100, 0}),
                      image({40, 8}, {100, 10}, {50, 10}, {100, 10})};
  const auto interval = bootstrap_difference(images);
  ASSERT_TRUE(interval.has_value());
  EXPECT_NEAR(interval->low, -15.0, 1e-9);
  EXPECT_NEAR(interval->high, -10.0, 1e-9);
}

TEST(Bootstrap, TheSameSeedGivesTheSameInterval) {
  const Images images{image({50}, {100}, {40}, {100}), image({30}, {100}, {35}, {100}),
                      image({7}, {90}, {11}, {80}), image({60}, {99}, {61}, {98})};
  const auto first = bootstrap_difference(images, 100, 1);
  const auto again = bootstrap_difference(images, 100, 1);
  const auto other = bootstrap_difference(images, 100, 2);
  EXPECT_EQ(first->low, again->low);
  EXPECT_EQ(first->high, again->high);
  EXPECT_TRUE(first->low != other->low || first->high != other->high);
}

TEST(Bootstrap, FewerThanTwoImagesHaveNoInterval) {
  EXPECT_FALSE(bootstrap_difference({}).has_value());
  EXPECT_FALSE(bootstrap_difference(Images{image({1}, {2}, {1}, {2})}).has_value());
}

TEST(Bootstrap, CountsThatDoNotFitEachOtherHaveNoInterval) {
  const PairedCounts good = image({1, 1}, {2, 2}, {1, 1}, {2, 2});
  EXPECT_FALSE(bootstrap_difference(Images{good, image({1}, {2}, {1}, {2})}).has_value());
  EXPECT_FALSE(bootstrap_difference(Images{good, image({1, 1}, {}, {}, {})}).has_value());
  EXPECT_FALSE(
      bootstrap_difference(Images{good, image({1, -1}, {2, 2}, {1, 1}, {2, 2})}).has_value());
}

TEST(Bootstrap, ImagesWithoutClassesHaveNoInterval) {
  EXPECT_FALSE(bootstrap_difference(Images{{}, {}}).has_value());
}

TEST(Bootstrap, ImagesOfIgnoredPixelsOnlyHaveNoInterval) {
  const PairedCounts empty = image({0}, {0}, {0}, {0});
  EXPECT_FALSE(bootstrap_difference(Images{empty, empty}).has_value());
}

}  // namespace
}  // namespace harness
