// Runs the program on every file of fixtures/hostile.

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "harness/testing/program.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kFolder = "fixtures/hostile";

ProgramEnd run(const std::string& arguments) {
  return end_of_command(std::string(HALFPROOF_PROGRAM) + " " + arguments);
}

/// Exit code 1 and the list of what Python would run, or 2 and a clear error; nothing is executed.
TEST(HostileFiles, EndInspectWithTheReason) {
  const Json expected = read_json_file(kFolder / "expected.json");
  ASSERT_GE(expected.size(), 240U);
  fs::remove("halfproof_was_here");
  for (const auto& [name, error] : expected.items()) {
    const ProgramEnd end = run("inspect " + (kFolder / name).string());
    ASSERT_TRUE(WIFEXITED(end.status)) << name << ": " << end.status;
    EXPECT_LT(end.output.size(), 2000U) << name;
    EXPECT_THAT(end.output, HasSubstr(name)) << name;
    if (error.at(0) == "unsafe pickle") {
      EXPECT_EQ(WEXITSTATUS(end.status), 1) << name;
      EXPECT_THAT(end.output, HasSubstr("unknown code")) << name;
      continue;
    }
    EXPECT_EQ(WEXITSTATUS(end.status), 2) << name;
    EXPECT_THAT(end.output, HasSubstr("halfproof: ")) << name;
    EXPECT_THAT(end.output, HasSubstr("expected ")) << name;
  }
  EXPECT_FALSE(fs::exists("halfproof_was_here"));
}

/// `verify` judges: a file that cannot be read is a verdict, not a failure of the program.
TEST(HostileFiles, FailTheirVerification) {
  const Json expected = read_json_file(kFolder / "expected.json");
  for (const auto& [name, error] : expected.items()) {
    const ProgramEnd end = run("verify --json " + (kFolder / name).string());
    ASSERT_TRUE(WIFEXITED(end.status)) << name;
    EXPECT_EQ(WEXITSTATUS(end.status), 1) << name << end.output;
    EXPECT_THAT(end.output, HasSubstr("FAIL")) << name;
  }
}

}  // namespace
}  // namespace harness
