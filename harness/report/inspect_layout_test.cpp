#include "harness/report/inspect_layout.h"

#include <gtest/gtest.h>

#include "harness/base/unicode.h"

namespace harness {
namespace {

TEST(InspectLayout, PutsValuesInOneColumn) {
  EXPECT_EQ(labelled("a", "b"), "  a               b\n");
  EXPECT_EQ(labelled("a label that is too long", "b"), "  a label…o long  b\n");
  EXPECT_EQ(columns_of(labelled("a", std::string(200, 'x'))), 101U);
}

TEST(InspectLayout, WrapsItemsAtTheLine) {
  EXPECT_EQ(wrapped("n", {"a", "b"}), "  n               a, b\n");
  EXPECT_EQ(wrapped("n", {}), "");
  const std::string text = wrapped("n", {std::string(50, 'x'), std::string(50, 'y')});
  EXPECT_EQ(text, "  n               " + std::string(50, 'x') + ",\n                  " +
                      std::string(50, 'y') + "\n");
}

TEST(InspectLayout, CountsInWords) {
  EXPECT_EQ(counted(1, "tensor", "tensors"), "1 tensor");
  EXPECT_EQ(counted(12345, "tensor", "tensors"), "12,345 tensors");
}

TEST(InspectLayout, ShowsEachMemberOnItsLines) {
  EXPECT_EQ(section("meta", Json::parse(R"({"a": 1, "b": ["x", "y"], "c": "one\ntwo", "d": {},
                                            "e": [[1], 2], "f": null, "g": "", "h": []})")),
            "\nmeta\n"
            "  a               1\n"
            "  b               2: x, y\n"
            "  c               one\n"
            "                  two\n"
            "  d               {}\n"
            "  e               [[1],2]\n"
            "  f               null\n"
            "  g\n"
            "  h               []\n");
}

TEST(InspectLayout, SaysWhatAConfigHolds) {
  EXPECT_EQ(section("x", Json::parse(R"({"config": {"characters": 12, "assignments": 3}})")),
            "\nx\n  config          3 settings, 12 characters\n");
  EXPECT_EQ(section("x", Json::parse(R"({"config": {"characters": 1, "error": "line 1: no"}})")),
            "\nx\n  config          1 character, unreadable: line 1: no\n");
}

}  // namespace
}  // namespace harness
