#include "harness/report/text_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(TextLayout, FitsToExactlyAsManyColumns) {
  EXPECT_EQ(fit("miou", 6), "miou  ");
  EXPECT_EQ(fit("52.05", 7, Align::kRight), "  52.05");
  EXPECT_EQ(fit("config.iterations", 8), "config.…");
  EXPECT_EQ(fit("±0.1", 6), "±0.1  ");
  EXPECT_EQ(fit("街景", 6), "街景  ");
}

TEST(TextLayout, AWideCharacterThatDoesNotFitLeavesASpace) {
  EXPECT_EQ(fit("街景街景", 6), "街景… ");
}

TEST(TextLayout, ShortensOnlyWhatIsTooLong) {
  EXPECT_EQ(shorten("exact", 5), "exact");
  EXPECT_EQ(shorten("longer", 5), "long…");
  EXPECT_EQ(shorten("longer", 1), "…");
  EXPECT_EQ(shorten("longer", 0), "");
}

TEST(TextLayout, WrapsAtSpaces) {
  EXPECT_THAT(wrap("expected 52.05, found 51.15", 15),
              ElementsAre("expected 52.05,", "found 51.15"));
  EXPECT_THAT(wrap("one", 15), ElementsAre("one"));
  EXPECT_THAT(wrap("", 15), IsEmpty());
  EXPECT_THAT(wrap("  two   words ", 15), ElementsAre("two words"));
}

TEST(TextLayout, AWordThatIsTooLongIsBroken) {
  EXPECT_THAT(wrap("see backbone.layer4.conv2", 10),
              ElementsAre("see", "backbone.l", "ayer4.conv", "2"));
  EXPECT_THAT(wrap("街景", 1), ElementsAre("街", "景"));
}

}  // namespace
}  // namespace harness
