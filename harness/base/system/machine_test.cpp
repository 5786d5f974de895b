#include "harness/base/system/machine.h"

#include <ctime>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(Machine, ArgumentsStartWithTheBareProgramName) {
  const auto arguments = program_arguments();
  ASSERT_FALSE(arguments.empty());
  EXPECT_EQ(arguments[0], "base_test");
}

TEST(Machine, ArgumentsNameNoFolderOfTheMachine) {
  EXPECT_THAT(
      without_folders({"/usr/bin/halfproof", "run", "/a/b/suite.json", "--out=/a/b/c",
                       "--out=/a/b/d/", "-o/a/b/e", "--data", "/a/b", "relative/f",
                       "--out=relative/g", "--seeds=0,1", "-o", "--", "-"}),
      testing::ElementsAre("halfproof", "run", "suite.json", "--out=c", "--out=d", "-oe", "--data",
                           "b", "relative/f", "--out=relative/g", "--seeds=0,1", "-o", "--", "-"));
  EXPECT_TRUE(without_folders({}).empty());
}

TEST(Machine, TimeIsInUtcAndSortable) {
  const std::time_t before = std::time(nullptr);
  const std::string now = utc_now();
  std::tm parts{};
  ASSERT_NE(::strptime(now.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts), nullptr) << now;
  EXPECT_EQ(now.size(), 20U);
  EXPECT_GE(::timegm(&parts), before);
  EXPECT_LE(::timegm(&parts), std::time(nullptr));
}

TEST(Machine, TheProgramFolderHoldsThisTest) {
  EXPECT_TRUE(std::filesystem::exists(program_folder() / "base_test"));
}

}  // namespace
}  // namespace harness
