#include "harness/judge/evidence.h"

#include <gmock/gmock.h>
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
  sample.scope.stages = {"examine"};
  EXPECT_EQ(evaluation(sample).absence->verdict, Verdict::kSkipped);
  sample.scope.stages = {"examine", "evaluate"};
  sample.scope.precisions = {"fp32"};
  EXPECT_EQ(evaluation(sample).absence->verdict, Verdict::kSkipped);
  EXPECT_EQ(evaluation(sample).absence->reason, "the job was not asked for evaluate in fp16");
}

TEST(Evidence, AComparisonWithFp32IsSkippedWhereFp32WasNotAskedFor) {
  Case sample;
  sample.results.clear();
  const auto parity = [&] {
    return *find_result({sample.row, sample.claim, sample.results, sample.scope}, "parity", "fp16")
                .absence;
  };
  EXPECT_EQ(parity().verdict, Verdict::kFail);
  sample.scope.precisions = {"fp16", "fp32"};
  EXPECT_EQ(parity().verdict, Verdict::kFail);
  sample.scope.precisions = {"fp16"};
  EXPECT_EQ(parity().verdict, Verdict::kSkipped);
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

struct Score {
  double miou = 0.0;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("miou", self.miou);
  }
};

RecordEvidence<Score> score(const Case& sample) {
  return find_record<Score>({sample.row, sample.claim, sample.results, sample.scope}, "evaluate",
                            "fp16");
}

TEST(Evidence, MeasurementsAreReadAsTheStagesRecord) {
  Case sample;
  sample.results[1].measurements = {{"miou", 52.05}};
  const auto found = score(sample);
  ASSERT_TRUE(found.record.has_value());
  EXPECT_EQ(found.record->miou, 52.05);
  EXPECT_EQ(found.result, &sample.results[1]);
  EXPECT_FALSE(found.absence.has_value());
}

TEST(Evidence, MeasurementsThatCannotBeReadFailWithTheKeysPath) {
  Case sample;
  for (const Json& broken : {Json({{"miou", "52.05"}}), Json::object(), Json(nullptr),
                             Json({{"miou", 52.05}, {"more", 1}})}) {
    sample.results[1].measurements = broken;
    const auto found = score(sample);
    EXPECT_FALSE(found.record.has_value());
    ASSERT_TRUE(found.absence.has_value()) << broken;
    EXPECT_EQ(found.absence->verdict, Verdict::kFail);
    EXPECT_THAT(found.absence->reason,
                testing::StartsWith("evaluate in fp16 cannot be read: measurements"));
  }
}

TEST(Evidence, ARecordIsAbsentWhereItsResultIs) {
  Case sample;
  sample.results[1].status = RunStatus::kError;
  EXPECT_EQ(score(sample).absence->verdict, Verdict::kFail);
  sample.results[1].status = RunStatus::kSkipped;
  EXPECT_EQ(score(sample).absence->verdict, Verdict::kSkipped);
  EXPECT_FALSE(score(sample).record.has_value());
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
