#include "harness/report/text_table.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(TextTable, AlignsColumnsUnderTheirHeadings) {
  TextTable table({{"name"}, {"count", TextTable::Align::kRight}});
  table.add({"a", "12345678"});
  table.add({"wörter", "1"});
  EXPECT_EQ(table.text(100),
            "  name       count\n"
            "  a       12345678\n"
            "  wörter         1\n");
}

TEST(TextTable, LeavesOutColumnsThatAreEmpty) {
  TextTable table({{"a"}, {"b"}, {"c"}});
  table.add({"1", "", "3"});
  EXPECT_EQ(table.text(100), "  a  c\n  1  3\n");
}

TEST(TextTable, CutsTheWidestColumnToStayWithinTheWidth) {
  TextTable table({{"name", TextTable::Align::kLeft, /*keep_end=*/true}, {"b"}});
  table.add({"abcdefghijklmnop", "12345"});
  EXPECT_EQ(table.text(20), "  name         b\n  …ghijklmnop  12345\n");
}

TEST(TextTable, FitsTextByItsMiddleOrItsEnd) {
  EXPECT_EQ(fit("short", 5), "short");
  EXPECT_EQ(fit("abcdefgh", 5), "ab…gh");
  EXPECT_EQ(fit_end("abcdefgh", 5), "…efgh");
  EXPECT_EQ(fit("ääääää", 3), "ä…ä");
  EXPECT_EQ(display_width("ä…b"), 3U);
}

TEST(TextTable, ShowsNothingThatSteersATerminal) {
  EXPECT_EQ(fit("a\x1b[2J\n\t\x7f", 20), "a\xef\xbf\xbd[2J  \xef\xbf\xbd");
  EXPECT_EQ(fit("\xff", 20), "\xef\xbf\xbd");
}

TEST(TextTable, WritesNumbersForPeople) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(123), "123");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(-123456), "-123,456");
  EXPECT_EQ(byte_size(500), "500 bytes");
  EXPECT_EQ(byte_size(1572561), "1.50 MiB");
  EXPECT_EQ(byte_size(std::ldexp(1.0, 52)), "4096.00 TiB");
  EXPECT_EQ(short_number(0.0012345), "0.00123");
  EXPECT_EQ(percentage(0.5205), "52.05");
}

TEST(TextTable, DrawsValuesAsBars) {
  EXPECT_EQ(sparkline({0, 1, 2, 7}), "▁▂▃█");
  EXPECT_EQ(sparkline({3, 3}), "▁▁");
  EXPECT_EQ(sparkline({1, std::nan(""), 2}), "▁·█");
  EXPECT_EQ(sparkline({1}), "");
  EXPECT_EQ(sparkline({std::numeric_limits<double>::infinity(), 1}), "");
}

}  // namespace
}  // namespace harness
