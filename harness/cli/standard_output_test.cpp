#include "harness/cli/standard_output.h"

#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/testing/program.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

const std::string kProgram = HALFPROOF_PROGRAM;

/// Every command that ends well without a worker, and what the program says of itself.
std::vector<std::string> commands(const fs::path& folder) {
  const std::string zoo = "fixtures/minizoo/zoo/fp16/";
  const std::string row = "fcn_r50w8-d8_64x128_600_fp16_scenes";
  const std::string file = zoo + row + "/" + row + "_20261123_232820-2eb5a165.pth";
  const std::string out = folder.string();
  const std::string run = out + "/run";
  fs::copy("fixtures/judge/run", run, fs::copy_options::recursive);
  return {"--help",
          "--version",
          "judge --help",
          "judge " + run,
          "judge " + run + " --json",
          "judge " + run + " --row fcn",
          "diff " + run + " " + run,
          "diff " + run + " " + run + " --json",
          "inspect " + file,
          "inspect " + file + " --json",
          "verify " + file,
          "verify " + file + " --json",
          "audit suites/minizoo.json",
          "import " + zoo + "README.md -o " + out + "/suite.json",
          "import " + zoo + "README.md -o " + out + "/suite.json --json",
          "publish " + file + " -o " + out,
          "publish " + file + " -o " + out + " --json",
          "fetch " + file + " --cache " + out + "/cache",
          "fetch " + file + " --json --cache " + out + "/cache",
          "doctor --json",
          "run suites/minizoo.json --row fcn --stage examine --offline --out " + out + "/examined"};
}

TEST(StandardOutput, WhatCannotBePrintedIsNoSuccess) {
  const TemporaryFolder folder;
  for (const auto& command : commands(folder.path())) {
    for (const std::string where : {"/dev/full", "&-"}) {
      const ProgramEnd end =
          end_of_command("{ " + kProgram + " " + command + " 2>&3 >" + where + "; } 3>&1");
      ASSERT_TRUE(WIFEXITED(end.status)) << command;
      EXPECT_EQ(WEXITSTATUS(end.status), 2) << command << " >" << where;
      EXPECT_THAT(end.output, HasSubstr("halfproof: standard output: ")) << command;
    }
    const ProgramEnd printed = end_of_command(kProgram + " " + command);
    EXPECT_NE(WEXITSTATUS(printed.status), 2) << command << "\n" << printed.output;
    EXPECT_THAT(printed.output, testing::Not(HasSubstr("halfproof: standard output"))) << command;
  }
}

TEST(StandardOutput, TheReasonIsSaidWhereTheEndIsWhatWasLost) {
  const TemporaryFolder folder;
  const auto said = [&](const std::string& where) {
    return end_of_command("{ " + kProgram + " import fixtures/minizoo/zoo/fp16/README.md -o " +
                          (folder.path() / "suite.json").string() + " 2>&3 >" + where + "; } 3>&1")
        .output;
  };
  EXPECT_THAT(said("/dev/full"), HasSubstr("No space left on device"));
  EXPECT_THAT(said("&-"), HasSubstr("Bad file descriptor"));
}

TEST(StandardOutput, AReaderThatLeavesIsNoError) {
  const ProgramEnd end = end_of_command(kProgram + " run --help | head -n 1");
  EXPECT_EQ(end.status, 0);
  EXPECT_EQ(std::count(end.output.begin(), end.output.end(), '\n'), 1);
}

TEST(StandardOutput, NoFileTakesThePlaceOfAClosedStream) {
  const TemporaryFolder folder;
  fs::copy("fixtures/judge/run", folder.path() / "run", fs::copy_options::recursive);
  const fs::path junit = folder.path() / "junit.xml";
  const ProgramEnd end =
      end_of_command("{ " + kProgram + " judge " + (folder.path() / "run").string() + " --junit " +
                     junit.string() + " <&- >&- 2>&-; }");
  EXPECT_EQ(WEXITSTATUS(end.status), 2);
  EXPECT_TRUE(read_file(junit).starts_with("<?xml"));
  EXPECT_NO_THROW(read_file(folder.path() / "run" / "verdicts.json"));
}

}  // namespace
}  // namespace harness
