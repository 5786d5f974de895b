#include "harness/cli/last_lines.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(LastLines, AreTheLastFive) {
  LastLines lines;
  EXPECT_EQ(lines.text(), "");
  for (int i = 1; i <= 7; ++i) lines.add("line " + std::to_string(i));
  EXPECT_EQ(lines.text(), "line 3 | line 4 | line 5 | line 6 | line 7");
}

TEST(LastLines, AreFewBytesAndHarmlessToPrint) {
  LastLines lines;
  for (int i = 0; i < 9; ++i) lines.add(std::string(100000, 'x'));
  EXPECT_LE(lines.text().size(), 2048U);
  lines.add("\x1b[31mred");
  EXPECT_EQ(lines.text().find('\x1b'), std::string::npos);
}

TEST(LastLines, PassOverEmptyOnes) {
  LastLines lines;
  for (const char* line : {"", "\r", "  ", "one", "\t"}) lines.add(line);
  EXPECT_EQ(lines.text(), "one");
}

}  // namespace
}  // namespace harness
