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

TEST(Unicode, TellsTextFromOtherBytes) {
  for (const char* text : {"", "plain", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x9b\xa3",
                           "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  for (const char* bytes : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
                            "\xf4\x90\x80\x80", "\xff", "a\xe2\x82", "\xf8\x88\x80\x80\x80"}) {
    EXPECT_FALSE(is_utf8(bytes)) << bytes;
  }
}

TEST(Unicode, ReplacesOnlyTheBytesThatAreWrong) {
  EXPECT_EQ(repair_utf8("a\xff"
                        "b\xc3\xa9"),
            "a\xef\xbf\xbd"
            "b\xc3\xa9");
  EXPECT_EQ(repair_utf8("fine"), "fine");
}

TEST(Unicode, CutsWhatAMessageQuotes) {
  EXPECT_EQ(for_message("a\nb"), "a b");
  EXPECT_LT(for_message(std::string(5000, 'x')).size(), 700U);
}

TEST(Unicode, AppendsCodePointsOfEveryLength) {
  std::string text;
  for (const char32_t point : {U'A', U'\u00e9', U'\u20ac', U'\U0001f6e3'}) append_utf8(text, point);
  EXPECT_EQ(text, "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x9b\xa3");
  text.clear();
  append_utf8(text, char32_t{0xd800});
  append_utf8(text, char32_t{0x110000});
  EXPECT_EQ(text, "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Unicode, ConvertsLatin1BothWays) {
  std::string bytes;
  EXPECT_EQ(latin1_to_utf8("a\xe9"), "a\xc3\xa9");
  EXPECT_TRUE(utf8_to_latin1("a\xc3\xa9", bytes));
  EXPECT_EQ(bytes, "a\xe9");
  EXPECT_FALSE(utf8_to_latin1("\xe2\x82\xac", bytes));
  EXPECT_FALSE(utf8_to_latin1("\xff", bytes));
}

}  // namespace
}  // namespace harness
