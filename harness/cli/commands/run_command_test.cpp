#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/record/run_result.h"
#include "harness/testing/command_line.h"

namespace harness {
namespace {

class RunCommand : public testing::Test {
 protected:
  std::string out() const { return (folder_.path() / "run").string(); }
  TemporaryFolder folder_;
};

TEST_F(RunCommand, VerifiesWithoutAWorkerAndWritesEverythingDown) {
  const auto end =
      run_command_line(add_run_command, {"run", "suites/minizoo.json", "--row", "fcn", "--stage",
                                         "verify", "--out", out(), "--json"});
  EXPECT_EQ(end.exit_code, 0) << end.output;
  const Json printed = parse_json(end.output, "output");
  EXPECT_EQ(printed, read_json_file(folder_.path() / "run" / "verdicts.json"));
  EXPECT_EQ(printed.at("counts").at("PASS"), 11);
  EXPECT_EQ(read_json_file(folder_.path() / "run" / "run.json").at("rows").size(), 1U);
  const auto results =
      read_run_results(folder_.path() / "run" / "fcn_r50w8-d8_64x128_600_fp16_scenes");
  ASSERT_EQ(results.size(), 1U);
  EXPECT_FALSE(results[0].argv.empty());
}

TEST_F(RunCommand, WhatWasNotAskedForIsSkippedAndNotPassed) {
  const auto end =
      run_command_line(add_run_command, {"run", "suites/minizoo.json", "--row", "fcn", "--stage",
                                         "verify", "--out", out(), "--json"});
  const Json printed = parse_json(end.output, "output");
  for (const auto& verdict : printed.at("verdicts")) {
    if (verdict.at("evidence") == "evaluated") {
      EXPECT_NE(verdict.at("verdict"), "PASS");
    }
    if (verdict.at("claim") == "miou") {
      EXPECT_EQ(verdict.at("verdict"), "SKIPPED");
    }
  }
}

TEST_F(RunCommand, SeedsThatDecideNothingAreRefusedBeforeAnythingIsDone) {
  const std::vector<std::string> arguments = {"run",       "suites/mmseg_fp16.json",
                                              "--row",     "fcn",
                                              "--stage",   "verify,train",
                                              "--seeds",   "0,1",
                                              "--offline", "--out",
                                              out()};
  try {
    run_command_line(add_run_command, arguments);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_THAT(error.what(), testing::HasSubstr("--any-design"));
  }
  EXPECT_FALSE(std::filesystem::exists(out()));
}

TEST_F(RunCommand, RequiredDataThatIsMissingFails) {
  const std::string nowhere = (folder_.path() / "nowhere").string();
  const std::vector<std::string> arguments = {
      "run", "suites/minizoo.json", "--row", "fcn", "--data", nowhere, "--out", out()};
  EXPECT_EQ(run_command_line(add_run_command, arguments).exit_code, 0);
  auto required = arguments;
  required.insert(required.end(), {"--require", "data"});
  EXPECT_EQ(run_command_line(add_run_command, required).exit_code, 1);
}

TEST_F(RunCommand, AnUnknownRowListsTheRows) {
  try {
    run_command_line(add_run_command,
                     {"run", "suites/minizoo.json", "--row", "unet", "--out", out()});
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("pspnet_r50w8-d8_64x128_600_fp16_scenes"));
  }
}

}  // namespace
}  // namespace harness
