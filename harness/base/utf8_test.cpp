#include "harness/base/utf8.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(Utf8, TellsTextFromOtherBytes) {
  for (const char* text : {"", "plain", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x9b\xa3",
                           "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  for (const char* bytes : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
                            "\xf4\x90\x80\x80", "\xff", "a\xe2\x82", "\xf8\x88\x80\x80\x80"}) {
    EXPECT_FALSE(is_utf8(bytes)) << bytes;
  }
}

TEST(Utf8, ReplacesOnlyTheBytesThatAreWrong) {
  EXPECT_EQ(repair_utf8("a\xff"
                        "b\xc3\xa9"),
            "a\xef\xbf\xbd"
            "b\xc3\xa9");
  EXPECT_EQ(repair_utf8("fine"), "fine");
}

TEST(Utf8, CutsWhatAMessageQuotes) {
  EXPECT_EQ(for_message("a\nb"), "a b");
  EXPECT_LT(for_message(std::string(5000, 'x')).size(), 700U);
}

TEST(Utf8, AppendsCodePointsOfEveryLength) {
  std::string text;
  for (const char32_t point : {U'A', U'\u00e9', U'\u20ac', U'\U0001f6e3'}) append_utf8(text, point);
  EXPECT_EQ(text, "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x9b\xa3");
  text.clear();
  append_utf8(text, char32_t{0xd800});
  append_utf8(text, char32_t{0x110000});
  EXPECT_EQ(text, "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Utf8, ConvertsLatin1BothWays) {
  std::string bytes;
  EXPECT_EQ(latin1_to_utf8("a\xe9"), "a\xc3\xa9");
  EXPECT_TRUE(utf8_to_latin1("a\xc3\xa9", bytes));
  EXPECT_EQ(bytes, "a\xe9");
  EXPECT_FALSE(utf8_to_latin1("\xe2\x82\xac", bytes));
}

}  // namespace
}  // namespace harness
