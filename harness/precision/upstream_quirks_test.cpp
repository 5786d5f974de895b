#include "harness/precision/upstream_quirks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

TEST(UpstreamQuirks, AreOffUnlessNamed) {
  EXPECT_EQ(quirks_from_names({}), UpstreamQuirks{});
  EXPECT_TRUE(names_of({}).empty());
}

TEST(UpstreamQuirks, AreTurnedOnByName) {
  const std::vector<std::string> names{"momentum-lost-on-resume", "masters-not-saved"};
  const auto quirks = quirks_from_names(names);
  EXPECT_TRUE(quirks.masters_not_saved && quirks.momentum_lost_on_resume);
  EXPECT_FALSE(quirks.wrap_rounds_norm || quirks.no_overflow_check);
  EXPECT_THAT(names_of(quirks),
              testing::UnorderedElementsAre("momentum-lost-on-resume", "masters-not-saved"));
}

TEST(UpstreamQuirks, NamesTheKnownOnesWhenOneIsUnknown) {
  const std::vector<std::string> names{"no-overflow-checks"};
  try {
    quirks_from_names(names);
    FAIL() << "an unknown name was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_THAT(error.detail(), testing::HasSubstr("masters-not-saved"));
  }
}

}  // namespace
}  // namespace harness
