#include "harness/judge/consistency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;

RunResult result_in(const std::string& precision) {
  RunResult result;
  result.precision = precision;
  return result;
}

TEST(Contradiction, ATrainingIsOfThePolicyOfItsPrecision) {
  TrainingRecord record;
  record.policy = "fp16-master";
  EXPECT_THAT(contradiction(result_in("fp16"), record), IsEmpty());
  EXPECT_THAT(contradiction(result_in("fp32"), record), HasSubstr("expected the arithmetic fp32"));
  EXPECT_THAT(contradiction(result_in("fp16-amp"), record), HasSubstr("fp16-master"));
}

TEST(Contradiction, ATrainingSkipsNoMoreStepsThanItHas) {
  TrainingRecord record;
  record.policy = "fp32";
  record.steps = 5;
  record.skipped = 2;
  record.skipped_steps = {1, 3};
  EXPECT_THAT(contradiction(result_in("fp32"), record), IsEmpty());
  for (const std::int64_t skipped : {-5, 1, 6}) {
    record.skipped = skipped;
    EXPECT_THAT(contradiction(result_in("fp32"), record), HasSubstr("of 5 steps")) << skipped;
  }
}

TEST(Contradiction, ALockstepHasTheDigitsOfItsArithmetic) {
  LockstepRecord record;
  record.policy = "fp16-master";
  record.digits = 11;
  EXPECT_THAT(contradiction(result_in("fp16"), record), IsEmpty());
  record.digits = 1;
  EXPECT_THAT(contradiction(result_in("fp16"), record),
              HasSubstr("expected 11 significant digits"));
  record.policy = "bf16-amp";
  record.digits = 8;
  EXPECT_THAT(contradiction(result_in("fp16"), record), HasSubstr("bf16-amp"));
}

TEST(Contradiction, AnEvaluationsConvolutionsRanInItsPrecision) {
  EvaluationRecord record;
  EXPECT_THAT(contradiction(result_in("fp16"), record), IsEmpty());
  record.forward.emplace();
  record.forward->census["convolution"] = {{"float16", 61}};
  EXPECT_THAT(contradiction(result_in("fp16"), record), IsEmpty());
  EXPECT_THAT(contradiction(result_in("fp32"), record), HasSubstr("61 in float16"));
  record.forward->census["convolution"] = {{"float16", 60}, {"float32", 1}};
  EXPECT_THAT(contradiction(result_in("fp16"), record), HasSubstr("1 in float32"));
  record.forward->census["convolution"] = {{"float16", 0}};
  EXPECT_THAT(contradiction(result_in("fp16"), record), HasSubstr("0 in float16"));
}

}  // namespace
}  // namespace harness
