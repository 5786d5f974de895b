#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/testing/command_line.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

/// Beside a test program there is no worker: everything is skipped.
class DeepbenchCommand : public testing::Test {
 protected:
  CommandEnd run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(),
                     {"deepbench", "suites/deepbench_small.json", "--out", out().string()});
    return run_command_line(add_deepbench_command, arguments);
  }
  fs::path out() const { return folder_.path() / "run"; }
  Json summary() const { return read_json_file(out() / "deepbench" / "summary.json"); }

  TemporaryFolder folder_;
};

TEST_F(DeepbenchCommand, LeavesARecordOfEachProblemInEachPrecision) {
  const CommandEnd end = run({"--precision", "fp16,int8"});
  EXPECT_EQ(end.exit_code, 77);
  EXPECT_THAT(end.output, HasSubstr("10 problems; of 20 asked for (each in each precision) 0 ran, "
                                    "20 were skipped"));
  EXPECT_THAT(end.output, HasSubstr("Skipped, no worker: "));
  EXPECT_EQ(summary().at("records").size(), 20U);
  EXPECT_EQ(summary().at("exit"), 77);
  EXPECT_TRUE(fs::exists(out() / "deepbench" / "gemm.plain-fp16.json"));
  const Json job = read_json_file(out() / "deepbench" / "deepbench.json");
  EXPECT_EQ(job.at("problems").size(), 10U);
  EXPECT_EQ(job.at("precisions"), Json::array({"fp16", "int8"}));
  EXPECT_EQ(read_file(out() / "deepbench" / "suite.json"),
            read_file("suites/deepbench_small.json"));
}

TEST_F(DeepbenchCommand, APartIsChosenByOperationAndId) {
  run({"--op", "gemm,recurrent", "--precision", "fp32"});
  EXPECT_EQ(summary().at("records").size(), 4U);
  run({"--problem", "dilated,gemm.plain", "--precision", "fp32,fp32"});
  EXPECT_EQ(summary().at("records").size(), 2U);
}

TEST_F(DeepbenchCommand, PrintsTheSummary) {
  const CommandEnd end = run({"--op", "gemm", "--json"});
  EXPECT_EQ(parse_json(end.output, "output"), summary());
  EXPECT_EQ(summary().at("schema"), "halfproof.deepbench-summary/1");
}

TEST_F(DeepbenchCommand, WhatIsNotThereIsAnError) {
  EXPECT_THROW(run({"--problem", "nothing"}), Error);
  EXPECT_THROW(run({"--op", "recurrent", "--problem", "gemm.plain"}), Error);
  EXPECT_THROW(run({"--op", "fft"}), CLI::ParseError);
  EXPECT_THROW(run({"--precision", "fp8"}), CLI::ParseError);
  EXPECT_THROW(run({"--budget", "0"}), CLI::ParseError);
  EXPECT_FALSE(fs::exists(out()));
}

TEST_F(DeepbenchCommand, AFolderOfAnotherSuiteIsRefused) {
  run({"--op", "gemm"});
  EXPECT_THROW(run_command_line(add_deepbench_command, {"deepbench", "suites/deepbench_rows.json",
                                                        "--out", out().string()}),
               Error);
}

}  // namespace
}  // namespace harness
