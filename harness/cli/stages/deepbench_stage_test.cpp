#include "harness/cli/stages/deepbench_stage.h"

#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/base/json.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kSuite = R"({"schema": "halfproof.deepbench/1", "name": "own", "problems": [
  {"id": "a", "op": "gemm", "m": 4, "n": 4, "k": 4},
  {"id": "b", "op": "gemm", "m": 5, "n": 4, "k": 4},
  {"id": "c", "op": "gemm", "m": 4, "n": 4, "k": 4, "duplicate_of": "a"},
  {"id": "d", "op": "all_reduce", "elements": 5, "ranks": 2}]})";

/// A worker that is a shell script: it takes the records that the test laid ready.
class DeepbenchStage : public testing::Test {
 protected:
  DeepbenchStage() {
    suite_ = problem_suite_from_json(parse_json(kSuite, "own.json"), "own.json");
    options_.precisions = {"fp16"};
    options_.folder = folder_.path() / "run" / "deepbench";
    options_.worker = folder_.path() / "worker";
    options_.threads = 1;
    options_.quiet = true;
    fs::create_directories(options_.folder);
    fs::create_directories(ready());
    set_worker("true");
  }

  fs::path ready() const { return folder_.path() / "ready"; }

  void set_worker(const std::string& then) const {
    std::ofstream(options_.worker) << "#!/bin/sh\n[ \"$1\" = deepbench ] || exit 0\ncat >> "
                                   << (folder_.path() / "job").string() << "\necho start >> "
                                   << (folder_.path() / "starts").string() << "\n"
                                   << then << "\n";
    fs::permissions(options_.worker, fs::perms::owner_all);
  }

  /// What the worker would write of the problem: its program is part of the key.
  void lay_ready(const std::string& problem) const {
    DeepbenchRecord record;
    record.suite = "own";
    record.problem = problem;
    record.precision = "fp16";
    record.work = Json::object();
    record.key = deepbench_key(select_problem(suite_, problem).work, "fp16", options_);
    record.kernels.emplace_back().check.outcome = CheckOutcome::kRight;
    record.kernels[0].timing = TimingRecord{};
    write_json_file(ready() / deepbench_record_name(problem, "fp16"), to_json(record));
  }

  std::string take(const std::string& problem) const {
    const std::string name = deepbench_record_name(problem, "fp16");
    return "cp " + (ready() / name).string() + " " + (options_.folder / name).string() + "\n";
  }

  std::vector<DeepbenchRecord> run() const {
    std::vector<const Problem*> problems;
    for (const auto& problem : suite_.problems) problems.push_back(&problem);
    return run_deepbench(suite_, problems, options_);
  }

  int starts() const {
    const fs::path file = folder_.path() / "starts";
    if (!fs::exists(file)) return 0;
    return static_cast<int>(read_file(file).size() / std::string("start\n").size());
  }

  TemporaryFolder folder_;
  ProblemSuite suite_;
  DeepbenchOptions options_;
};

TEST_F(DeepbenchStage, GivesTheWorkerProblemsAndKeys) {
  set_worker(take("a") + take("b"));
  lay_ready("a");
  lay_ready("b");
  const auto records = run();
  const Json job = read_json_file(folder_.path() / "job");
  EXPECT_EQ(job.at("suite"), "own");
  EXPECT_EQ(job.at("threads"), 1);
  ASSERT_EQ(job.at("tasks").size(), 2U);
  EXPECT_EQ(job.at("tasks").at(1).at("problem").at("m"), 5);
  EXPECT_EQ(job.at("tasks").at(1).at("key"), records.at(1).key);
  EXPECT_EQ(records.at(0).status, RunStatus::kOk);
  EXPECT_EQ(records.at(1).status, RunStatus::kOk);
}

TEST_F(DeepbenchStage, WhatIsNotRunHasItsReason) {
  set_worker(take("a") + take("b"));
  lay_ready("a");
  lay_ready("b");
  const auto records = run();
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[2].status, RunStatus::kSkipped);
  EXPECT_THAT(records[2].reason, HasSubstr("the same work as a"));
  EXPECT_EQ(records[3].status, RunStatus::kSkipped);
  EXPECT_THAT(records[3].reason, HasSubstr("no engine: nothing here runs all_reduce"));
}

TEST_F(DeepbenchStage, ARecordWithItsKeyIsKept) {
  set_worker(take("a") + take("b"));
  lay_ready("a");
  lay_ready("b");
  run();
  EXPECT_EQ(starts(), 1);
  EXPECT_EQ(run().at(0).status, RunStatus::kOk);
  EXPECT_EQ(starts(), 1);
  // Another length of measuring is another measurement.
  options_.seconds = 2.0;
  run();
  EXPECT_GT(starts(), 1);
}

TEST_F(DeepbenchStage, AnOldRecordIsNotTakenForANewOne) {
  set_worker(take("a") + take("b"));
  lay_ready("a");
  lay_ready("b");
  run();
  options_.threads = 2;
  set_worker("exit 1");
  const auto records = run();
  EXPECT_EQ(records.at(0).status, RunStatus::kError);
  EXPECT_EQ(records.at(1).status, RunStatus::kError);
}

TEST_F(DeepbenchStage, AWorkerThatDiesCostsTheProblemItWasAt) {
  lay_ready("b");
  // The first worker dies at a; the next one has b alone to do.
  set_worker("if [ $(wc -l < " + (folder_.path() / "starts").string() +
             ") = 1 ]; then kill -9 $$; fi\n" + take("b"));
  const auto records = run();
  EXPECT_EQ(records.at(0).status, RunStatus::kError);
  EXPECT_THAT(records.at(0).reason, HasSubstr("killed by signal 9"));
  EXPECT_EQ(records.at(1).status, RunStatus::kOk);
  EXPECT_EQ(starts(), 2);
}

TEST_F(DeepbenchStage, WhatTheBudgetLeavesOutIsSkipped) {
  options_.budget_s = 100.0;
  set_worker(take("a"));
  lay_ready("a");
  const auto records = run();
  EXPECT_LE(read_json_file(folder_.path() / "job").at("budget_s"), 100.0);
  EXPECT_EQ(records.at(0).status, RunStatus::kOk);
  EXPECT_EQ(records.at(1).status, RunStatus::kSkipped);
  EXPECT_THAT(records.at(1).reason, HasSubstr("budget: 100 s were over"));
  // Without one, a worker that leaves a problem out has failed.
  options_.budget_s = 0.0;
  EXPECT_EQ(run().at(1).status, RunStatus::kError);
}

TEST_F(DeepbenchStage, WithoutAWorkerEverythingIsSkipped) {
  fs::remove(options_.worker);
  for (const auto& record : run()) EXPECT_EQ(record.status, RunStatus::kSkipped) << record.problem;
}

TEST_F(DeepbenchStage, ARecordOfAnotherProblemIsNone) {
  lay_ready("a");
  fs::copy_file(ready() / "a-fp16.json", options_.folder / "b-fp16.json");
  EXPECT_EQ(stored_record(options_.folder, "b", "fp16").status, RunStatus::kError);
  EXPECT_THAT(stored_record(options_.folder, "b", "fp16").reason,
              HasSubstr("expected a record of b"));
}

}  // namespace
}  // namespace harness
