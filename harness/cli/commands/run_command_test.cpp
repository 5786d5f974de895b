#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/history/history.h"
#include "harness/record/job.h"
#include "harness/record/run_result.h"
#include "harness/table/suite.h"
#include "harness/testing/command_line.h"

namespace harness {
namespace {

const std::string kRow = "fcn_r50w8-d8_64x128_600_fp16_scenes";

/// Claims of the row by their evidence, in the suite's order.
std::map<std::string, std::vector<std::string>> claims_by_evidence() {
  std::map<std::string, std::vector<std::string>> claims;
  const Suite suite = read_suite("suites/minizoo.json");
  for (const Claim& claim : select_row(suite, kRow).claims) {
    claims[claim.evidence].push_back(claim.id);
  }
  return claims;
}

std::map<std::string, std::vector<std::string>> claims_by_evidence(const Json& verdicts,
                                                                   std::string_view verdict) {
  std::map<std::string, std::vector<std::string>> claims;
  for (const auto& record : verdicts) {
    if (record.at("verdict") == verdict)
      claims[record.at("evidence")].push_back(record.at("claim"));
  }
  return claims;
}

class RunCommand : public testing::Test {
 protected:
  CommandEnd examine(std::vector<std::string> more) const {
    std::vector<std::string> arguments = {
        "run", "suites/minizoo.json", "--row", "fcn", "--stage", "examine", "--out", out()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_command_line(add_run_command, arguments);
  }
  std::string out() const { return (folder_.path() / "run").string(); }
  TemporaryFolder folder_;
};

TEST_F(RunCommand, ExaminesWithoutAWorkerAndWritesEverythingDown) {
  const auto end = examine({"--json"});
  EXPECT_EQ(end.exit_code, 0) << end.output;
  const Json printed = parse_json(end.output, "output");
  EXPECT_EQ(printed, read_json_file(folder_.path() / "run" / "verdicts.json"));
  EXPECT_EQ(read_json_file(folder_.path() / "run" / "run.json").at("rows"), Json::array({kRow}));
  const auto results = read_run_results(folder_.path() / "run" / kRow);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].stage, "examine");
  EXPECT_EQ(results[0].argv.at(0), "cli_test");
}

TEST_F(RunCommand, TheFormerNameOfTheStageMeansTheSame) {
  const auto end = run_command_line(add_run_command, {"run", "suites/minizoo.json", "--row", "fcn",
                                                      "--stage", "verify", "--out", out()});
  EXPECT_EQ(end.exit_code, 0) << end.output;
  const JobRecord job = read_job(folder_.path() / "run");
  EXPECT_THAT(job.stages, testing::ElementsAre("examine"));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "run" / kRow / "examine.json"));
}

TEST_F(RunCommand, EveryClaimAboutTheFilesPassesAndNoOther) {
  const Json printed = parse_json(examine({"--json"}).output, "output");
  const auto passed = claims_by_evidence(printed.at("verdicts"), "PASS");
  auto expected = claims_by_evidence();
  EXPECT_EQ(passed.size(), 2U);
  ASSERT_TRUE(passed.contains("file") && passed.contains("log"));
  EXPECT_EQ(passed.at("file"), expected.at("file"));
  EXPECT_EQ(passed.at("log"), expected.at("log"));
  EXPECT_EQ(printed.at("counts").at("PASS"), expected["file"].size() + expected["log"].size());
}

TEST_F(RunCommand, WhatWasNotAskedForIsSkippedAndNotPassed) {
  const Json printed = parse_json(examine({"--json"}).output, "output");
  const auto skipped = claims_by_evidence(printed.at("verdicts"), "SKIPPED");
  EXPECT_EQ(skipped.size(), 1U);
  ASSERT_TRUE(skipped.contains("evaluated"));
  EXPECT_THAT(skipped.at("evaluated"), testing::IsSupersetOf({"miou", "parity"}));
}

TEST_F(RunCommand, WritesAJunitFileBesideTheTable) {
  const std::string file = (folder_.path() / "junit.xml").string();
  const auto end = examine({"--junit", file});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_THAT(end.output, testing::HasSubstr("PASS"));
  const Json verdicts = read_json_file(folder_.path() / "run" / "verdicts.json");
  EXPECT_THAT(read_file(file), testing::HasSubstr("<testsuite name=\"" + kRow + "\" tests=\"" +
                                                  std::to_string(verdicts.at("verdicts").size()) +
                                                  "\" failures=\"0\" errors=\"0\""));
}

TEST_F(RunCommand, AJunitFileThatCannotBeIsSaidBeforeTheWork) {
  const std::string file = (folder_.path() / "no" / "junit.xml").string();
  try {
    examine({"--junit", file});
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIo);
    EXPECT_EQ(error.subject(), file);
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "run" / "run.json"));
}

TEST_F(RunCommand, SeedsThatDecideNothingAreRefusedBeforeAnythingIsDone) {
  const std::vector<std::string> arguments = {"run",       "suites/mmseg_fp16.json",
                                              "--row",     "fcn",
                                              "--stage",   "examine,train",
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

TEST_F(RunCommand, ATrainingOfAnotherKeyIsRefusedBeforeAnythingIsDone) {
  const std::filesystem::path run = folder_.path() / "run";
  const std::filesystem::path state = run / kRow / "train-fp16-seed0" / "latest.pth";
  write_file_atomic(state, "days of work");
  try {
    run_command_line(add_run_command, {"run", "suites/minizoo.json", "--row", "fcn", "--stage",
                                       "train", "--precision", "fp16", "--out", out()});
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_EQ(error.subject(), state.parent_path());
  }
  EXPECT_EQ(read_file(state), "days of work");
  EXPECT_FALSE(std::filesystem::exists(run / "run.json"));
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

TEST_F(RunCommand, OnlyAGpuHasKernelsToSwitchOn) {
  for (const std::string option : {"--fused-segmentation", "--fused-norm"}) {
    try {
      examine({option});
      FAIL() << "expected an Error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUsage);
      EXPECT_EQ(error.subject(), option);
    }
    EXPECT_FALSE(std::filesystem::exists(out()));
  }
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

TEST_F(RunCommand, ShowsWhatTheRecordsContradictAndJudgesNothingByIt) {
  const std::vector<std::string> arguments = {
      "run",     "suites/mmseg_fp16.json", "--row", "fcn", "--stage", "examine", "--offline",
      "--cache", out() + "-cache",         "--out", out()};
  const auto end = run_command_line(add_run_command, arguments);
  EXPECT_EQ(end.exit_code, 77) << end.output;
  EXPECT_THAT(end.output, testing::HasSubstr("\n  hash (1 row): "));
  EXPECT_THAT(end.output, testing::HasSubstr("`halfproof fetch suites/mmseg_fp16.json`"));
  const Json audit = read_json_file(folder_.path() / "run" / "audit.json");
  EXPECT_EQ(audit.at("schema"), "halfproof.audit/1");
  ASSERT_FALSE(audit.at("contradictions").empty());
  // Of the other rows nothing was run.
  for (const auto& one : audit.at("contradictions")) EXPECT_EQ(one.at("rows").size(), 1U);
}

TEST_F(RunCommand, AddsTheRunToAHistory) {
  const auto file = (folder_.path() / "history.sqlite").string();
  examine({"--history", file});
  examine({"--history", file, "--seeds", "1"});  // Which two runs of one second differ in.
  const History history = History::open(file);
  ASSERT_EQ(history.runs().size(), 2U) << "the same folder, and another run";
  const auto stored = history.run(1);
  EXPECT_EQ(stored.header.suite, "minizoo");
  const Json all = read_json_file(folder_.path() / "run" / "verdicts.json").at("verdicts");
  const auto asked = std::ranges::count_if(all, [](const Json& one) {
    return one.at("evidence") != "evaluated" || one.at("verdict") != "SKIPPED";
  });
  EXPECT_EQ(static_cast<std::ptrdiff_t>(stored.verdicts.size()), asked);
}

TEST_F(RunCommand, AHistoryThatCannotBeUsedEndsItBeforeAnythingIsRun) {
  const auto file = folder_.path() / "history.sqlite";
  write_file_atomic(file, std::string(1000, 'x'));
  EXPECT_THROW(examine({"--history", file.string()}), Error);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "run" / "run.json"));
}

}  // namespace
}  // namespace harness
