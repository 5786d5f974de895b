#include "harness/report/text_layout.h"

#include <cmath>
#include <limits>

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

TEST(TextLayout, CutsTheEndTheMiddleOrTheFront) {
  EXPECT_EQ(shorten("abcdefgh", 5, Cut::kEnd), "abcd…");
  EXPECT_EQ(shorten("abcdefgh", 5, Cut::kMiddle), "ab…gh");
  EXPECT_EQ(shorten("abcdefgh", 6, Cut::kMiddle), "abc…gh");
  EXPECT_EQ(shorten("abcdefgh", 5, Cut::kFront), "…efgh");
  EXPECT_EQ(shorten("ääääää", 3, Cut::kMiddle), "ä…ä");
  for (const auto cut : {Cut::kEnd, Cut::kMiddle, Cut::kFront}) {
    EXPECT_EQ(shorten("short", 5, cut), "short");
    EXPECT_EQ(shorten("longer", 1, cut), "…");
    EXPECT_EQ(shorten("longer", 0, cut), "");
  }
  EXPECT_EQ(shorten("街景街景", 6, Cut::kMiddle), "街…景");
  EXPECT_EQ(fit("街景街景", 6, Align::kRight, Cut::kFront), " …街景");
}

TEST(TextLayout, ShowsNothingThatSteersATerminal) {
  EXPECT_EQ(shorten("a\x1b[2J\n\t\x7f", 20), "a\xef\xbf\xbd[2J  \xef\xbf\xbd");
  EXPECT_EQ(fit("\xff", 2), "\xef\xbf\xbd ");
  EXPECT_THAT(wrap("a\x1b[2J b\nc", 6), ElementsAre("a\xef\xbf\xbd[2J", "b c"));
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

TEST(TextLayout, DrawsValuesAsBars) {
  EXPECT_EQ(sparkline({0, 1, 2, 7}), "▁▂▃█");
  EXPECT_EQ(sparkline({3, 3}), "▁▁");
  EXPECT_EQ(sparkline({1, std::nan(""), 2}), "▁·█");
  EXPECT_EQ(sparkline({1}), "");
  EXPECT_EQ(sparkline({std::numeric_limits<double>::infinity(), 1}), "");
}

}  // namespace
}  // namespace harness
