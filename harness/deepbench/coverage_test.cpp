#include "harness/deepbench/coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::HasSubstr;

DeepbenchRecord ran(CheckOutcome outcome, bool ambiguous = false) {
  DeepbenchRecord record;
  record.problem = "a";
  record.precision = "fp16";
  ProductRecord& kernel = record.kernels.emplace_back();
  kernel.check.outcome = outcome;
  kernel.check.compared = 5;
  kernel.check.exact = ExactCheckRecord{3, 4, 0};
  if (outcome == CheckOutcome::kRight) {
    kernel.timing = TimingRecord{};
    kernel.timing->ambiguous = ambiguous;
    kernel.timing->median_s = 0.5;
  }
  return record;
}

DeepbenchRecord ended(RunStatus status, const std::string& reason) {
  DeepbenchRecord record;
  record.status = status;
  record.reason = reason;
  return record;
}

ProblemSuite suite() {
  ProblemSuite suite;
  suite.name = "own";
  suite.problems.resize(7);
  return suite;
}

int exit_code_of(const std::vector<DeepbenchRecord>& records) {
  return coverage_of(suite(), records).exit_code();
}

TEST(Coverage, EveryRecordIsCounted) {
  const std::vector<DeepbenchRecord> records = {
      ran(CheckOutcome::kRight),
      ran(CheckOutcome::kRight, true),
      ran(CheckOutcome::kWrong),
      ran(CheckOutcome::kMistrusted),
      ended(RunStatus::kError, "worker: killed"),
      ended(RunStatus::kSkipped, "memory: needs 3, 2 are free"),
      ended(RunStatus::kSkipped, "memory: needs 4, 2 are free"),
      ended(RunStatus::kSkipped, "no engine: nothing here runs recurrent yet")};
  const DeepbenchCoverage coverage = coverage_of(suite(), records);
  EXPECT_EQ(coverage.listed, 7);
  EXPECT_EQ(coverage.asked, 8);
  EXPECT_EQ(coverage.ran, 4);
  EXPECT_EQ(coverage.failed, 1);
  EXPECT_EQ(coverage.right, 2);
  EXPECT_EQ(coverage.wrong, 1);
  EXPECT_EQ(coverage.mistrusted, 1);
  EXPECT_EQ(coverage.ambiguous, 1);
  EXPECT_EQ(coverage.compared, 4 * 9);
  EXPECT_EQ(coverage.skipped,
            (std::map<std::string, std::int64_t>{
                {"memory", 2}, {"no engine: nothing here runs recurrent yet", 1}}));
  const std::string text = coverage_text(suite(), coverage);
  EXPECT_THAT(text, HasSubstr("of 8 asked for (each in each precision) 4 ran, 3 were skipped, 1 "
                              "failed"));
  EXPECT_THAT(text, HasSubstr("Skipped, memory: 2"));
}

TEST(Coverage, ExitCodesSayTheWorst) {
  const auto right = ran(CheckOutcome::kRight);
  const auto skipped = ended(RunStatus::kSkipped, "budget: over");
  EXPECT_EQ(exit_code_of({}), 77);
  EXPECT_EQ(exit_code_of({skipped}), 77);
  EXPECT_EQ(exit_code_of({right, skipped}), 0);
  EXPECT_EQ(exit_code_of({right, ran(CheckOutcome::kRight, true)}), 3);
  EXPECT_EQ(exit_code_of({ran(CheckOutcome::kRight, true), ran(CheckOutcome::kWrong)}), 1);
  EXPECT_EQ(exit_code_of({right, ran(CheckOutcome::kMistrusted)}), 1);
  EXPECT_EQ(exit_code_of({right, ended(RunStatus::kError, "worker: killed")}), 1);
}

TEST(Coverage, TheDocumentHasNoSpeedOfAWrongKernel) {
  const Json document =
      coverage_document(suite(), {ran(CheckOutcome::kRight), ran(CheckOutcome::kWrong)});
  EXPECT_EQ(document.at("exit"), 1);
  EXPECT_EQ(document.at("records").at(0).at("kernels").at(0).at("median_s"), 0.5);
  EXPECT_FALSE(document.at("records").at(1).at("kernels").at(0).contains("median_s"));
  EXPECT_EQ(document.at("kernels").at("wrong"), 1);
}

TEST(Coverage, WorkIsALine) {
  EXPECT_EQ(work_text(GemmProblem{2, 3, 4, true, false}), "2x3x4 TN");
  ConvolutionProblem p;
  p.n = 2;
  p.c = 4;
  p.h = p.w = 9;
  p.k = 6;
  p.r = p.s = 3;
  EXPECT_EQ(work_text(p), "2x4x9x9 * 6x3x3");
  p.stride = {2, 1};
  p.dilation = {1, 3};
  p.groups = 2;
  EXPECT_EQ(work_text(p), "2x4x9x9 * 6x3x3 /2x1 d1x3 g2");
  EXPECT_EQ(work_text(RecurrentProblem{CellType::kLstm, 8, 2, 3}), "lstm 8, batch 2, 3 steps");
  EXPECT_EQ(work_text(AllReduceProblem{10, 2}), "10 floats, 2 ranks");
}

}  // namespace
}  // namespace harness
