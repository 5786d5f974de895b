#include "harness/judge/evidence.h"

#include <gtest/gtest.h>

#include "harness/base/measurement.h"
#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using sample::Case;

ResultEvidence evaluation(const Case& sample, std::string_view precision = "fp16") {
  return find_result({sample.row, sample.claim, sample.results, sample.scope}, "evaluate",
                     precision);
}

TEST(Evidence, FindsTheResultOfAStageAndPrecision) {
  const Case sample;
  ASSERT_NE(evaluation(sample, "fp32").result, nullptr);
  EXPECT_EQ(number_at(evaluation(sample, "fp32").result->measurements, {"miou"}), 52.06);
  EXPECT_FALSE(evaluation(sample, "fp32").absence.has_value());
}

TEST(Evidence, AStageThatWasAskedForAndLeftNothingFails) {
  Case sample;
  sample.results.clear();
  EXPECT_EQ(evaluation(sample).absence->verdict, Verdict::kFail);
  EXPECT_EQ(evaluation(sample).absence->reason,
            "no result of evaluate in fp16: it was asked for and left none");
}

TEST(Evidence, AStageOrPrecisionThatWasNotAskedForIsSkipped) {
  Case sample;
  sample.results.clear();
  sample.scope.stages = {"verify"};
  EXPECT_EQ(evaluation(sample).absence->verdict, Verdict::kSkipped);
  sample.scope.stages = {"verify", "evaluate"};
  sample.scope.precisions = {"fp32"};
  EXPECT_EQ(evaluation(sample).absence->verdict, Verdict::kSkipped);
  EXPECT_EQ(evaluation(sample).absence->reason, "the job was not asked for evaluate in fp16");
}

TEST(Evidence, AResultOfAnotherRowIsNoEvidence) {
  Case sample;
  for (auto& result : sample.results) result.row = "pspnet_small_fp16";
  EXPECT_EQ(evaluation(sample).absence->verdict, Verdict::kFail);
}

TEST(Evidence, AWorkerThatFailedIsAFailureWithItsReason) {
  Case sample;
  sample.results[1].status = RunStatus::kError;
  sample.results[1].reason = "killed by signal 9";
  EXPECT_EQ(evaluation(sample).absence->verdict, Verdict::kFail);
  EXPECT_EQ(evaluation(sample).absence->reason, "evaluate in fp16 failed: killed by signal 9");
}

TEST(Evidence, ASkipKeepsItsReasonAndResource) {
  Case sample;
  sample.results[1].status = RunStatus::kSkipped;
  sample.results[1].reason = "no data: leftImg8bit/val does not exist";
  EXPECT_EQ(evaluation(sample).absence->verdict, Verdict::kSkipped);
  EXPECT_EQ(evaluation(sample).absence->resource, "data");
}

TEST(Evidence, TheArithmeticFollowsFromThePolicy) {
  Row row;
  EXPECT_EQ(row_precision(row), "fp32");
  EXPECT_EQ(half_precision(row), "fp16");
  row.arithmetic = Arithmetic{.policy = Policy::kFp16Master};
  EXPECT_EQ(row_precision(row), "fp16");
  row.arithmetic = Arithmetic{.policy = Policy::kFp16Amp};
  EXPECT_EQ(row_precision(row), "fp16-amp");
  EXPECT_EQ(half_precision(row), "fp16-amp");
  row.arithmetic = Arithmetic{.policy = Policy::kBf16Amp};
  EXPECT_EQ(row_precision(row), "bf16-amp");
  EXPECT_EQ(half_precision(row), "bf16-amp");
}

}  // namespace
}  // namespace harness
