#include "harness/base/system/machine.h"

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <thread>

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

TEST(Machine, ThreadsAreThoseOfOpenMpOrTheCores) {
  const char* variable = std::getenv("OMP_NUM_THREADS");
  const std::string before = variable == nullptr ? "" : variable;
  const auto threads_with = [](const char* value) {
    ::setenv("OMP_NUM_THREADS", value, 1);
    return default_threads();
  };
  EXPECT_EQ(threads_with("7"), 7);
  EXPECT_EQ(threads_with("5,2"), 5);
  const auto cores = static_cast<std::int64_t>(std::thread::hardware_concurrency());
  for (const char* none : {"", "0", "-1", "many"}) EXPECT_EQ(threads_with(none), cores) << none;
  ::setenv("OMP_NUM_THREADS", before.c_str(), 1);
  if (variable == nullptr) ::unsetenv("OMP_NUM_THREADS");
}

}  // namespace
}  // namespace harness
