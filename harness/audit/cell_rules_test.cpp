#include "harness/audit/cell_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// A suite of one row whose memory is not published because of this cell.
Suite suite_with(const Json& unread) {
  Claim claim;
  claim.id = "memory";
  if (!unread.is_null()) claim.conditions["unread"] = unread;
  Suite suite;
  suite.rows.push_back({});
  suite.rows[0].id = "fcn";
  suite.rows[0].claims = {claim};
  return suite;
}

const Json kTooMuch = {{"cell", "5806"},     {"expected", "gigabytes below 1000"},
                       {"impossible", true}, {"file", "README.md"},
                       {"line", 7},          {"column", "Mem (GB)"}};

TEST(CellRules, AnImpossibleValueIsAContradiction) {
  const auto found = audit_cells(suite_with(kTooMuch));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].rule, "cell");
  EXPECT_EQ(found[0].fact, "memory");
  EXPECT_EQ(found[0].message, "memory: expected gigabytes below 1000, the page prints 5806");
  ASSERT_EQ(found[0].quotes.size(), 2U);
  EXPECT_EQ(place_of(found[0].quotes[0]), "README.md:7, Mem (GB)");
  EXPECT_THAT(unread_cells(suite_with(kTooMuch)), IsEmpty());
}

TEST(CellRules, ACellThatIsOnlyUnreadableAccusesNobody) {
  Json cell = kTooMuch;
  cell["cell"] = "- 6.96";
  cell.erase("impossible");
  EXPECT_THAT(audit_cells(suite_with(cell)), IsEmpty());
  const auto unread = unread_cells(suite_with(cell));
  ASSERT_EQ(unread.size(), 1U);
  EXPECT_EQ(unread[0].row, "fcn");
  EXPECT_THAT(unread[0].reason, HasSubstr("got \"- 6.96\""));
}

TEST(CellRules, OtherConditionsAreNoCells) {
  for (const Json& other : {Json(nullptr), Json("5806"), Json(1), Json::array()}) {
    EXPECT_THAT(audit_cells(suite_with(other)), IsEmpty());
    EXPECT_THAT(unread_cells(suite_with(other)), IsEmpty());
  }
}

}  // namespace
}  // namespace harness
