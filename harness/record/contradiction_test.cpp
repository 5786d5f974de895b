#include "harness/record/contradiction.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

Contradiction of_row(const std::string& row, const std::string& said) {
  return {
      "value",
      {row},
      "fps",
      "two values",
      "a reason",
      {{said, "a.md", 3, "fps", "v1", "2020", ""}, {"fps 2", "b.yml", 0, "", "", "", "fps: 2"}}};
}

TEST(Contradiction, SaysWhereAQuoteStands) {
  EXPECT_EQ(place_of({"fps 1", "a.md", 3, "fps", "v1", "2020", ""}), "a.md:3, fps, v1, 2020");
  EXPECT_EQ(place_of({"fps 1", "a.md", 0, "", "", "2020", ""}), "a.md, 2020");
}

TEST(Contradiction, RowsWithTheSameQuotesAreOne) {
  const auto merged =
      merge_rows({of_row("a", "fps 1"), of_row("b", "fps 3"), of_row("c", "fps 1")});
  ASSERT_EQ(merged.size(), 2U);
  EXPECT_EQ(merged[0].rows, (std::vector<std::string>{"a", "c"}));
}

TEST(Contradiction, DecidesTheExitCodeAndTheJson) {
  AuditResult result{.suite = "s", .contradictions = {}, .unseen = {}, .looked_at = {}};
  EXPECT_EQ(exit_code(result), 0);
  result.contradictions.push_back(of_row("a", "fps 1"));
  result.unseen.push_back({"a", "log", "not here"});
  EXPECT_EQ(exit_code(result), 1);
  const Json json = to_json(result);
  EXPECT_EQ(json["schema"], "halfproof.audit/1");
  EXPECT_EQ(json["exit"], 1);
  EXPECT_EQ(json["counts"]["value"], 1);
  EXPECT_EQ(json["contradictions"][0]["quotes"][0]["line"], 3);
  EXPECT_TRUE(json["contradictions"][0]["quotes"][1]["version"].is_null());
  EXPECT_EQ(json["unseen"][0]["reason"], "not here");
}

}  // namespace
}  // namespace harness
