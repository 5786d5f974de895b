#include "harness/report/xml_text.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(XmlText, MarkupIsEscaped) {
  EXPECT_EQ(xml_text("a < b && c > \"d\" 'e'"),
            "a &lt; b &amp;&amp; c &gt; &quot;d&quot; &apos;e&apos;");
  EXPECT_EQ(xml_text("]]>"), "]]&gt;");
}

TEST(XmlText, LineFeedsSurviveInAnAttribute) {
  EXPECT_EQ(xml_text("a\nb\tc\r"), "a&#10;b&#9;c&#13;");
}

TEST(XmlText, WhatXmlCannotHoldIsReplaced) {
  EXPECT_EQ(xml_text("\x1B[2J"), "\xEF\xBF\xBD[2J");
  EXPECT_EQ(xml_text(std::string_view("\0", 1)), "\xEF\xBF\xBD");
  EXPECT_EQ(xml_text("\xFF"), "\xEF\xBF\xBD");
  EXPECT_EQ(xml_text("\xEF\xBF\xBF"), "\xEF\xBF\xBD");
  EXPECT_EQ(xml_text("±0.005 · 街"), "±0.005 · 街");
}

}  // namespace
}  // namespace harness
