#include "harness/fetch/expectation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"

namespace harness {
namespace {
using testing::HasSubstr;

const std::string kDigest = "50245227" + std::string(56, 'a');
const std::string kOther(64, 'b');

TEST(Expectation, WithoutAnythingAnyDigestWillDo) {
  const Expectation expected("", "a.pth");
  EXPECT_EQ(expected.trust(), Trust::kFirstUse);
  EXPECT_TRUE(expected.is_met_by(kOther));
  EXPECT_EQ(expected.describe(), "any sha256");
}

TEST(Expectation, TheNameSaysEightDigits) {
  const Expectation expected("", "a-50245227.pth");
  EXPECT_EQ(expected.trust(), Trust::kNameHash);
  EXPECT_TRUE(expected.is_met_by(kDigest));
  EXPECT_FALSE(expected.is_met_by(kOther));
  EXPECT_FALSE(expected.is_met_by(""));
  EXPECT_THAT(expected.describe(), HasSubstr("50245227"));
}

TEST(Expectation, TheLockFileHasTheLastWord) {
  const TemporaryFolder folder;
  const auto lock = folder.path() / "zoo.lock.json";
  add_to_lock_file(lock, "a-50245227.pth", {kOther, 7, {}, Trust::kFirstUse, ""});
  const Expectation expected(lock, "a-50245227.pth");
  EXPECT_EQ(expected.trust(), Trust::kLocked);
  EXPECT_TRUE(expected.is_met_by(kOther));
  EXPECT_FALSE(expected.is_met_by(kDigest));
  EXPECT_FALSE(expected.is_met_by(std::string(63, 'b') + 'c')) << "every digit counts";
  EXPECT_THAT(expected.describe(), HasSubstr(kOther + " and 7 bytes (" + lock.string() + ")"));
  EXPECT_EQ(Expectation(lock, "b.pth").trust(), Trust::kFirstUse);
}

}  // namespace
}  // namespace harness
