#include "harness/cli/stages/evaluate_stage.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

Row row_with(const std::string& policy) {
  Row row;
  row.id = "fcn";
  row.method = "FCN";
  if (!policy.empty()) row.arithmetic = Arithmetic{.policy = policy_from_string(policy)};
  return row;
}

/// A suite with one image, a run directory and a worker that is a shell script.
class EvaluateStage : public testing::Test {
 protected:
  EvaluateStage() {
    suite_.name = "s";
    suite_.folder = folder_.path();
    suite_.data.root = "data";
    write_file_atomic(folder_.path() / "data/leftImg8bit/val/c/a_leftImg8bit.png", "image");
    examined_.checkpoint = folder_.path() / "a.pth";
    examined_.record.checkpoint.emplace().stored = {"a.pth", 1, "00", "locked"};
  }

  std::vector<RunResult> evaluate(const std::string& script) {
    const fs::path worker = folder_.path() / "worker";
    write_file_atomic(worker, "#!/bin/sh\n" + script + "\n");
    fs::permissions(worker, fs::perms::owner_all);
    RunDirectory directory(folder_.path() / "run", suite_);
    EvaluateOptions options;
    options.worker = worker;
    options.quiet = true;
    options.kernels = kernels_;
    const Row row = row_with("fp16-master");
    JobRecord job;
    job.suite = suite_.name;
    job.suite_file = "suite.json";
    job.device = "cpu";
    job.seeds = {0};
    job.rows = {row.id};
    job.stages = {"evaluate"};
    job.asked = evaluations_of(row, options);
    job.ask({row.id, "examine", "", std::nullopt, ""});
    directory.write_job(job, suite_);
    evaluate_row(suite_, row, examined_, directory, options);
    return read_run_results(directory.row_folder("fcn"));
  }

  TemporaryFolder folder_;
  Suite suite_;
  ExaminedRow examined_;
  EvaluationKernels kernels_;
};

std::vector<AskedExecution> asked_of(const Row& row, const std::vector<std::string>& precisions) {
  WorkerOptions options;
  options.precisions = precisions;
  return evaluations_of(row, options);
}

TEST(EvaluationsOfARow, ParityNeedsBothPrecisions) {
  const auto both = asked_of(row_with("fp16-master"), {});
  ASSERT_EQ(both.size(), 3U);
  EXPECT_EQ(both[2].stage, "parity");
  EXPECT_EQ(both[2].precision, "fp16");
  EXPECT_EQ(asked_of(row_with("fp16-master"), {"fp16"}).size(), 1U);
}

TEST(EvaluationsOfARow, SixScalesOnlyWhereTheTableHasANumber) {
  Row row = row_with("fp32");
  Claim claim;
  claim.id = "miou_ms_flip";
  row.claims = {claim};
  EXPECT_EQ(asked_of(row, {"fp32"}).size(), 1U);
  row.claims[0].value = 53.51;
  const auto results = asked_of(row, {"fp32"});
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[1].stage, "evaluate_ms_flip");
}

TEST_F(EvaluateStage, AWorkerThatDiesLeavesAReasonForEachResult) {
  const auto results = evaluate("kill -SEGV $$");
  ASSERT_EQ(results.size(), 3U);
  for (const auto& result : results) {
    EXPECT_EQ(result.status, RunStatus::kError);
    EXPECT_THAT(result.reason, HasSubstr("signal 11"));
  }
}

TEST_F(EvaluateStage, TheWorkersOwnWordsAreTheReason) {
  const auto results =
      evaluate("echo '{\"event\": \"error\", \"message\": \"label 77 in a.png\"}'; exit 2");
  ASSERT_FALSE(results.empty());
  EXPECT_FALSE(results[0].key.empty());
  EXPECT_EQ(read_job(folder_.path() / "run").asked[0].key, results[0].key);
  EXPECT_EQ(results[0].reason, "worker: label 77 in a.png");
}

TEST_F(EvaluateStage, TheKeyOfAResultNamesTheWorkersLibraries) {
  const auto key_with = [this](const std::string& libtorch) {
    return evaluate("[ $1 = versions ] && echo '{\"versions\": {\"LibTorch\": \"" + libtorch +
                    "\"}}'; exit 3")
        .at(0)
        .key;
  };
  const std::string key = key_with("2.11.0");
  EXPECT_EQ(key_with("2.11.0"), key);
  EXPECT_NE(key_with("2.12.0"), key);
}

TEST_F(EvaluateStage, KernelsAreAPartOfTheKey) {
  const std::string plain = evaluate("exit 3").at(0).key;
  kernels_.fused_segmentation = true;
  const std::string segmentation = evaluate("exit 3").at(0).key;
  kernels_ = {.fused_norm = true};
  const std::string norm = evaluate("exit 3").at(0).key;
  EXPECT_EQ(std::set({plain, segmentation, norm}).size(), 3U);
}

TEST_F(EvaluateStage, MissingDataIsASkipWithAReason) {
  fs::remove_all(folder_.path() / "data");
  const auto results = evaluate("exit 0");
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[0].status, RunStatus::kSkipped);
  EXPECT_THAT(results[0].reason, HasSubstr("no data"));
}

TEST_F(EvaluateStage, AnUnreachableCheckpointIsASkipAndABrokenOneAnError) {
  examined_.record.checkpoint->error = {FileErrorKind::kUnreachable, "x"};
  EXPECT_EQ(evaluate("exit 0").at(0).status, RunStatus::kSkipped);
  examined_.record.checkpoint->error = {FileErrorKind::kUnreadable, "x"};
  EXPECT_EQ(evaluate("exit 0").at(0).status, RunStatus::kError);
}

}  // namespace
}  // namespace harness
