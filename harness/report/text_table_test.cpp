#include "harness/report/text_table.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(TextTable, AlignsColumnsUnderTheirHeadings) {
  TextTable table({{"name"}, {"count", Align::kRight}});
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
  TextTable table({{"name", Align::kLeft, Cut::kFront}, {"b"}});
  table.add({"abcdefghijklmnop", "12345"});
  EXPECT_EQ(table.text(20), "  name         b\n  …ghijklmnop  12345\n");
}

TEST(TextTable, AWideCharacterTakesTwoColumns) {
  TextTable table({{"name"}, {"n", Align::kRight}});
  table.add({"街景", "1"});
  table.add({"abc", "2"});
  EXPECT_EQ(table.text(100), "  name  n\n  街景  1\n  abc   2\n");
}

}  // namespace
}  // namespace harness
