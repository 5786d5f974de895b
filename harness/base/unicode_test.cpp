#include "harness/base/unicode.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(Unicode, DecodesEveryLength) {
  const auto points = code_points("a\xC2\xB1\xE2\x80\xA6\xF0\x9F\x99\x82");
  ASSERT_EQ(points.size(), 4u);
  EXPECT_EQ(points[0].value, U'a');
  EXPECT_EQ(points[1].value, U'\u00B1');
  EXPECT_EQ(points[2].value, U'\u2026');
  EXPECT_EQ(points[3].value, U'\U0001F642');
  EXPECT_EQ(points[2].bytes, "\xE2\x80\xA6");
}

TEST(Unicode, WhatIsNotUtf8IsReplacedByteForByte) {
  // A lone continuation, an overlong slash, a surrogate, a truncated sequence.
  for (const std::string_view bad :
       {"\x80", "\xC0\xAF", "\xED\xA0\x80", "\xE2\x80", "\xF5\x80\x80\x80"}) {
    const auto points = code_points(bad);
    EXPECT_EQ(points.size(), bad.size());
    for (const auto& point : points) EXPECT_EQ(point.value, 0xFFFDu);
  }
}

TEST(Unicode, ColumnsAreThoseOfATerminal) {
  EXPECT_EQ(columns_of("52.05"), 5u);
  EXPECT_EQ(columns_of("±0.005 · …"), 10u);
  EXPECT_EQ(columns_of("街景"), 4u);
  EXPECT_EQ(columns_of("e\xCC\x81"), 1u);
  EXPECT_EQ(columns_of("🙂"), 2u);
  EXPECT_EQ(columns_of(""), 0u);
}

TEST(Unicode, TextsOfOthersCannotSteerTheTerminal) {
  EXPECT_EQ(printable("\x1B[2Jgone"), "\xEF\xBF\xBD[2Jgone");
  EXPECT_EQ(printable("a\nb\tc"), "a b c");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "\xEF\xBF\xBD"
            "31m");
  EXPECT_EQ(printable("\xE2\x80\xAE"
                      "htp."),
            "\xEF\xBF\xBD"
            "htp.");
  EXPECT_EQ(printable("\xFF"), "\xEF\xBF\xBD");
  EXPECT_EQ(printable("±0.005 · 街景"), "±0.005 · 街景");
}

}  // namespace
}  // namespace harness
