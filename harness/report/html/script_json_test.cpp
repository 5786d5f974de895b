#include "harness/report/html/script_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

TEST(ScriptJson, CannotEndItsElement) {
  const Json hostile = {{"</script><script>alert(1)</script>", "<!--<script>&amp;"},
                        {"quotes", "\"'\\"},
                        {"lines", "\xE2\x80\xA8\xE2\x80\xA9\n\r\t\x01"}};
  const std::string text = script_json(hostile);
  EXPECT_EQ(text.find_first_of("<>&\n\r\t\x01"), std::string::npos) << text;
  EXPECT_THAT(text, Not(HasSubstr("\xE2\x80\xA8")));
  EXPECT_THAT(text, Not(HasSubstr("\xE2\x80\xA9")));
  EXPECT_EQ(parse_json(text, "page"), hostile);
}

TEST(ScriptJson, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(parse_json(script_json("a\xFF"), "page"), "a\uFFFD");
}

TEST(PageText, HasNothingThatControlsOrTurnsTheText) {
  EXPECT_EQ(page_text("a\x1b[1m\u202Eb\nc"), "a\uFFFD[1m\uFFFDb c");
  EXPECT_EQ(page_text("</script> \"'"), "</script> \"'");
}

TEST(PageText, IsCutAndSaysHowLongItWas) {
  const std::string whole(kPageText, 'x');
  EXPECT_EQ(page_text(whole), whole);
  const std::string cut = page_text(std::string(std::size_t{1} << 20U, 'x'));
  EXPECT_LT(cut.size(), kPageText + 40);
  EXPECT_THAT(cut, EndsWith("x… (1.00 MiB in all)"));
}

}  // namespace
}  // namespace harness
