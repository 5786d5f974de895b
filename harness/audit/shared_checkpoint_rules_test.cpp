#include "harness/audit/shared_checkpoint_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Row row(const std::string& id, const Json& miou) {
  Row made;
  made.id = id;
  made.checkpoint = "https://zoo/x-50245227.pth";
  Claim claim;
  claim.id = "miou";
  claim.value = miou;
  claim.digits = 2;
  claim.source = {"README.md", id == "a" ? 7 : 9, "mIoU"};
  made.claims = {claim};
  return made;
}

std::vector<Contradiction> found(Row a, Row b) {
  Suite suite;
  suite.rows = {std::move(a), std::move(b)};
  return audit_shared_checkpoints(suite);
}

TEST(SharedCheckpointRules, OneCheckpointHasOneMiou) {
  const auto one = found(row("a", 60.22), row("b", 71.46));
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].rule, "shared");
  EXPECT_THAT(one[0].rows, ElementsAre("a", "b"));
  EXPECT_THAT(one[0].message, HasSubstr("60.22 against 71.46"));
  ASSERT_EQ(one[0].quotes.size(), 2U);
  EXPECT_EQ(place_of(one[0].quotes[1]), "README.md:9, mIoU");
}

TEST(SharedCheckpointRules, WhatRoundingExplainsIsNoContradiction) {
  EXPECT_THAT(found(row("a", 60.22), row("b", 60.23)), IsEmpty());
  EXPECT_THAT(found(row("a", 60.22), row("b", nullptr)), IsEmpty());
}

TEST(SharedCheckpointRules, OtherWeightsOrImagesAreOtherNumbers) {
  Row other = row("b", 71.46);
  other.checkpoint = "https://zoo/y-fb13e883.pth";
  EXPECT_THAT(found(row("a", 60.22), other), IsEmpty());

  other = row("b", 71.46);
  other.claims[0].conditions["test_dataset"] = "Dark Zurich";
  EXPECT_THAT(found(row("a", 60.22), other), IsEmpty());

  other = row("b", 71.46);
  other.arithmetic = Arithmetic{.policy = Policy::kFp16Master};
  EXPECT_THAT(found(row("a", 60.22), other), IsEmpty());

  Row none = row("a", 60.22);
  none.checkpoint = "";
  other = row("b", 71.46);
  other.checkpoint = "";
  EXPECT_THAT(found(none, other), IsEmpty());
}

}  // namespace
}  // namespace harness
