#include "harness/base/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(Machine, KnowsCoresAndMemory) {
  const Json machine = machine_record();
  EXPECT_GE(machine.at("cores").get<int>(), 1);
  EXPECT_GT(machine.at("memory_bytes").get<std::int64_t>(), 1 << 20);
  EXPECT_NE(machine.at("kernel"), "");
}

TEST(Machine, TheBuildSaysItsVersionAndCompiler) {
  const Json build = build_record();
  EXPECT_NE(build.at("version"), "unknown");
  EXPECT_NE(build.at("commit"), "");
#ifdef __clang__
  EXPECT_THAT(build.at("compiler").get<std::string>(), testing::HasSubstr("Clang"));
#else
  EXPECT_THAT(build.at("compiler").get<std::string>(), testing::StartsWith("GNU "));
#endif
}

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
  const std::string now = utc_now();
  ASSERT_EQ(now.size(), 20U);
  EXPECT_EQ(now.back(), 'Z');
  EXPECT_GT(now, "2026-01-01T00:00:00Z");
}

TEST(Machine, TheProgramFolderHoldsThisTest) {
  EXPECT_TRUE(std::filesystem::exists(program_folder() / "base_test"));
}

}  // namespace
}  // namespace harness
