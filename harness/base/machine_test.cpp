#include "harness/base/machine.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(Machine, ArgumentsStartWithTheBareProgramName) {
  const auto arguments = program_arguments();
  ASSERT_FALSE(arguments.empty());
  EXPECT_EQ(arguments[0], "base_test");
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
