#include "harness/arithmetic/upstream_quirks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(UpstreamQuirks, AreOffUnlessNamed) {
  EXPECT_TRUE(names_of({}).empty());
}

TEST(UpstreamQuirks, AreTurnedOnByName) {
  UpstreamQuirks quirks;
  EXPECT_TRUE(turn_on(quirks, "momentum-lost-on-resume"));
  EXPECT_TRUE(turn_on(quirks, "masters-not-saved"));
  EXPECT_TRUE(quirks.masters_not_saved && quirks.momentum_lost_on_resume);
  EXPECT_FALSE(quirks.wrap_rounds_norm || quirks.no_overflow_check);
  EXPECT_THAT(names_of(quirks),
              testing::UnorderedElementsAre("momentum-lost-on-resume", "masters-not-saved"));
}

TEST(UpstreamQuirks, EachHasANameThatTurnsOnNoOther) {
  EXPECT_THAT(quirk_names(), testing::ElementsAre("wrap-rounds-norm", "masters-not-saved",
                                                  "momentum-lost-on-resume", "no-overflow-check"));
  for (const auto name : quirk_names()) {
    UpstreamQuirks quirks;
    EXPECT_TRUE(turn_on(quirks, name));
    EXPECT_THAT(names_of(quirks), testing::ElementsAre(name));
  }
}

TEST(UpstreamQuirks, AnUnknownNameTurnsNothingOn) {
  UpstreamQuirks quirks;
  EXPECT_FALSE(turn_on(quirks, "no-overflow-checks"));
  EXPECT_FALSE(turn_on(quirks, ""));
  EXPECT_EQ(quirks, UpstreamQuirks{});
}

}  // namespace
}  // namespace harness
