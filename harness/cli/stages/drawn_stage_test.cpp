#include "harness/cli/stages/drawn_stage.h"

#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

Row half_row() {
  Row row;
  row.id = "fcn";
  row.method = "FCN";
  row.arithmetic = Arithmetic{.policy = Policy::kFp16Master};
  return row;
}

/// A suite without data, a run directory and a worker that is a shell script.
class DrawnStage : public testing::Test {
 protected:
  DrawnStage() {
    suite_.name = "s";
    suite_.folder = folder_.path();
    options_.quiet = true;
    options_.worker = folder_.path() / "worker";
    row_ = half_row();
  }

  /// The script writes the modes and jobs that it is started with to folder_ / "jobs".
  std::vector<RunResult> run(const std::string& stage, const std::string& script) {
    write_file_atomic(options_.worker,
                      "#!/bin/sh\n[ $1 = versions ] && exit 0\n(echo $1; cat; echo) >> '" +
                          (folder_.path() / "jobs").string() + "'\n" + script + "\n");
    fs::permissions(options_.worker, fs::perms::owner_all);
    RunDirectory directory(folder_.path() / "run", suite_);
    JobRecord job;
    job.suite = suite_.name;
    job.suite_file = "suite.json";
    job.device = "cpu";
    job.seeds = {0};
    job.rows = {row_.id};
    job.stages = {stage};
    job.asked = drawn_executions_of(row_, stage, options_);
    directory.write_job(job, suite_);
    run_drawn_stage(suite_, row_, stage, directory, options_);
    return read_run_results(directory.row_folder("fcn"));
  }

  std::vector<Json> jobs(const std::string& mode) const {
    std::vector<Json> list;
    std::ifstream lines(folder_.path() / "jobs");
    std::string line;
    for (bool is_next = false; std::getline(lines, line);) {
      if (is_next) list.push_back(Json::parse(line));
      is_next = line == mode;
    }
    return list;
  }

  TemporaryFolder folder_;
  Suite suite_;
  Row row_;
  DrawnOptions options_;
};

TEST_F(DrawnStage, MemoryHasAProcessForEachPrecision) {
  run("memory", "exit 3");
  const auto started = jobs("memory");
  ASSERT_EQ(started.size(), 2U);
  for (const auto& job : started) ASSERT_EQ(job.at("results").size(), 1U);
  EXPECT_EQ(started[0].at("results")[0].at("precision"), "fp16");
  EXPECT_EQ(started[1].at("results")[0].at("precision"), "fp32");
  EXPECT_EQ(started[0].at("checkpoint"), "");
}

TEST_F(DrawnStage, SpeedHasOneForAllPrecisions) {
  run("speed", "exit 3");
  const auto started = jobs("speed");
  ASSERT_EQ(started.size(), 1U);
  ASSERT_EQ(started[0].at("results").size(), 2U);
  EXPECT_EQ(started[0].at("results")[1].at("stage"), "speed");
}

TEST_F(DrawnStage, SpeedIsToldHowToRunAndItsKeyNamesIt) {
  const std::string before = run("speed", "exit 3").at(0).key;
  const std::string memory = run("memory", "exit 3").at(0).key;
  options_.speed = {"channels-last", true, true, 60, 2.5};
  EXPECT_NE(run("speed", "exit 3").at(0).key, before);
  EXPECT_EQ(run("memory", "exit 3").at(0).key, memory);
  EXPECT_EQ(jobs("speed").back().at("speed"), parse_json(R"({"layout": "channels-last",
      "cudnn_benchmark": true, "pinned": true, "images": 60, "seconds": 2.5})",
                                                         "test"));
  EXPECT_FALSE(jobs("memory").back().contains("speed"));
}

TEST_F(DrawnStage, OnlyTheAskedPrecisionsAreRun) {
  options_.precisions = {"fp32"};
  const auto results = run("memory", "exit 3");
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].precision, "fp32");
}

TEST_F(DrawnStage, AWorkerThatDiesLeavesAReasonForEachResult) {
  for (const auto* stage : {"memory", "speed"}) {
    std::size_t count = 0;
    for (const auto& result : run(stage, "kill -SEGV $$")) {
      if (result.stage != stage) continue;
      ++count;
      EXPECT_EQ(result.status, RunStatus::kError);
      EXPECT_THAT(result.reason, HasSubstr("signal 11"));
    }
    EXPECT_EQ(count, 2U);
  }
}

TEST_F(DrawnStage, WhatAMachineLacksIsASkip) {
  const auto results =
      run("memory", "echo '{\"event\": \"unavailable\", \"message\": \"no gpu: none\"}'; exit 2");
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0].status, RunStatus::kSkipped);
  EXPECT_THAT(results[0].reason, StartsWith("no gpu"));
}

TEST_F(DrawnStage, TheKeyNamesTheBatchThatWasPublished) {
  const std::string before = run("memory", "exit 3").at(0).key;
  EXPECT_EQ(run("memory", "exit 3").at(0).key, before);
  Claim claim;
  claim.id = "memory";
  claim.conditions = {{"stage", "train"}, {"batch_size", 2}};
  row_.claims = {claim};
  EXPECT_NE(run("memory", "exit 3").at(0).key, before);
}

}  // namespace
}  // namespace harness
