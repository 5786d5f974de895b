#include "harness/judge/consistency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/speed_records.h"
#include "harness/testing/trainings.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;

RunResult result_in(const std::string& precision) {
  RunResult result;
  result.precision = precision;
  result.environment.library.emplace();
  return result;
}

TEST(Contradiction, ATrainingIsOfThePolicyOfItsPrecision) {
  TrainingRecord record;
  record.policy = "fp16-master";
  EXPECT_THAT(contradiction(result_in("fp16"), record), IsEmpty());
  EXPECT_THAT(contradiction(result_in("fp32"), record), HasSubstr("expected the arithmetic fp32"));
  EXPECT_THAT(contradiction(result_in("fp16-amp"), record), HasSubstr("fp16-master"));
}

TEST(Contradiction, ARecordThatContradictsItselfIsNone) {
  TrainingRecord training = training_record("fp32", 50.0);
  training.skipped = 601;
  EXPECT_THAT(contradiction(result_in("fp32"), training), HasSubstr("600 steps"));
  ParityRecord parity = sample::parity_record();
  EXPECT_THAT(contradiction(result_in("fp16"), parity), IsEmpty());
  parity.pixels += 1;
  EXPECT_THAT(contradiction(result_in("fp16"), parity), HasSubstr("16,000,000,001 pixels"));
  EvaluationRecord evaluation = sample::evaluation_record(50.0);
  evaluation.miou = 51.0;
  EXPECT_THAT(contradiction(result_in("fp16"), evaluation), HasSubstr("the mIoU is 51"));
}

TEST(Contradiction, AResultThatSaysWhyItIsNoneIsNone) {
  RunResult result = training_result("fp16", 0, training_record("fp16", 50.0));
  EXPECT_NO_THROW(consistent_measurements<TrainingRecord>(result));
  result.reason = "killed by signal 9";
  EXPECT_THROW(consistent_measurements<TrainingRecord>(result), Error);
}

TEST(Contradiction, EveryOperatorOfACpuIsDeterministic) {
  TrainingRecord record = training_record("fp16", 50.0);
  RunResult result = training_result("fp16", 0, record);
  record.nondeterministic_operators = {"upsample_bilinear2d_backward_out_cuda"};
  EXPECT_THAT(contradiction(result, record), HasSubstr("upsample_bilinear2d_backward_out_cuda"));
  result.device = "cuda";
  EXPECT_THAT(contradiction(result, record), IsEmpty());
}

TEST(Contradiction, OfAGpuThatNobodyNamesNothingIsMeasured) {
  RunResult result = training_result("fp16", 0, training_record("fp16", 50.0));
  result.device = "cuda";
  result.environment.gpu = sample::v100();
  result.environment.library->libtorch = "2.11.0";
  result.environment.library->cudnn.enabled = true;
  EXPECT_NO_THROW(consistent_measurements<TrainingRecord>(result));
  for (std::string GpuRecord::*const name : {&GpuRecord::name, &GpuRecord::compute_capability}) {
    RunResult nameless = result;
    (*nameless.environment.gpu).*name = "";
    EXPECT_THROW(consistent_measurements<TrainingRecord>(nameless), Error);
  }
  RunResult without_driver = result;
  without_driver.environment.gpu->driver = "";
  EXPECT_NO_THROW(consistent_measurements<TrainingRecord>(without_driver)) << "no NVML";
  result.environment.library->cudnn.enabled = false;
  EXPECT_THROW(consistent_measurements<TrainingRecord>(result), Error);
}

TEST(Contradiction, AnEvaluationIsOfTheProtocolOfItsStage) {
  const EvaluationRecord record = sample::evaluation_record(50.0);
  RunResult result = result_in("fp16");
  result.stage = "evaluate";
  EXPECT_THAT(contradiction(result, record), IsEmpty());
  result.stage = "evaluate_ms_flip";
  EXPECT_THAT(contradiction(result, record), HasSubstr("expected the protocol ms_flip"));
}

TEST(Contradiction, OnlyOnAGpuIsABatchNormOneKernel) {
  EvaluationRecord record = sample::evaluation_record(50.0);
  record.fused_norm.value = true;
  RunResult result = result_in("fp16");
  result.stage = "evaluate";
  result.environment.gpu = sample::v100();
  result.device = "cpu";
  EXPECT_THAT(contradiction(result, record), HasSubstr("no batch norm on cpu"));
  result.device = "cuda";
  EXPECT_THAT(contradiction(result, record), IsEmpty());
}

TEST(Contradiction, OnlyAGpuAtOneScaleSegmentsInOneKernel) {
  EvaluationRecord record = sample::evaluation_record(50.0);
  ParityRecord parity = sample::parity_record();
  record.segmentation.value = parity.segmentation.value = "fused";
  RunResult result = result_in("fp16");
  result.stage = "evaluate";
  result.environment.gpu = sample::v100();
  result.device = "cpu";
  EXPECT_THAT(contradiction(result, record), HasSubstr("on cpu"));
  EXPECT_THAT(contradiction(result, parity), HasSubstr("on cpu"));
  result.device = "cuda";
  EXPECT_THAT(contradiction(result, record), IsEmpty());
  EXPECT_THAT(contradiction(result, parity), IsEmpty());
  record.segmentation.value = "other";
  EXPECT_THAT(contradiction(result, record), HasSubstr("got other"));
  record.segmentation.value = "fused";
  record.protocol = "ms_flip";
  result.stage = "evaluate_ms_flip";
  EXPECT_THAT(contradiction(result, record), HasSubstr("no evaluate_ms_flip"));
}

TEST(Contradiction, ALockstepHasTheDigitsOfItsArithmetic) {
  LockstepRecord record;
  record.batch = 4;
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
  EvaluationRecord record = sample::evaluation_record(50.0);
  EXPECT_THAT(contradiction(result_in("fp16"), record), IsEmpty());
  record.forward->census["convolution"] = {{"float16", 61}};
  EXPECT_THAT(contradiction(result_in("fp16"), record), IsEmpty());
  EXPECT_THAT(contradiction(result_in("fp32"), record), HasSubstr("61 in float16"));
  record.forward->census["convolution"] = {{"float16", 60}, {"float32", 1}};
  EXPECT_THAT(contradiction(result_in("fp16"), record), HasSubstr("1 in float32"));
  record.forward->census["convolution"] = {{"float16", 0}};
  EXPECT_THAT(contradiction(result_in("fp16"), record), HasSubstr("0 in float16"));
}

TEST(Contradiction, SoDidItsBatchNormsUnlessThePolicyLeavesItOpen) {
  EvaluationRecord record = sample::evaluation_record(50.0);
  record.forward->census["batch_norm"] = {{"float32", 58}};
  EXPECT_THAT(contradiction(result_in("fp16"), record), HasSubstr("batch_norm in float16"));
  EXPECT_THAT(contradiction(result_in("fp16-amp"), record), IsEmpty());
  record.forward->census.erase("batch_norm");
  EXPECT_THAT(contradiction(result_in("fp16"), record), HasSubstr("counts none"));
}

TEST(Contradiction, TheLargestActivationIsANumberOfTheArithmetic) {
  EvaluationRecord record = sample::evaluation_record(50.0);
  record.forward->activations.max_abs = 34.21;
  EXPECT_THAT(contradiction(result_in("fp16"), record), HasSubstr("float16 cannot hold"));
  // Half's neighbour, which is none of bfloat16's; autocast leaves some layers in FP32.
  record.forward->activations.max_abs = 34.25 + 0x1p-18;
  EXPECT_THAT(contradiction(result_in("fp16"), record), HasSubstr("float16 cannot hold"));
  EXPECT_THAT(contradiction(result_in("fp16-amp"), record), IsEmpty());
  record.forward->activations.max_abs += 0x1p-40;
  EXPECT_THAT(contradiction(result_in("fp16-amp"), record), HasSubstr("float32 cannot hold"));
  EvaluationRecord single = sample::evaluation_record(50.0, "float32");
  single.forward->activations.max_abs = 34.1;
  EXPECT_THAT(contradiction(result_in("fp32"), single), HasSubstr("float32 cannot hold"));
  single.forward->activations.max_abs = static_cast<double>(34.1F);
  EXPECT_THAT(contradiction(result_in("fp32"), single), IsEmpty());
}

TEST(Contradiction, AnEvaluationLooksInsideItsNetwork) {
  EvaluationRecord record = sample::evaluation_record(50.0);
  record.forward.reset();
  RunResult result = result_in("fp16");
  result.stage = "evaluate";
  EXPECT_THAT(contradiction(result, record), HasSubstr("no activation"));
  result.stage = "evaluate_ms_flip";
  record.protocol = "ms_flip";
  EXPECT_THAT(contradiction(result, record), IsEmpty());
}

TEST(Contradiction, AnEvaluationSaysWhatComputedIt) {
  const EvaluationRecord record = sample::evaluation_record(50.0);
  RunResult result = result_in("fp16");
  result.environment.library.reset();
  EXPECT_THAT(contradiction(result, record), HasSubstr("no library"));
  EXPECT_THAT(contradiction(result, sample::parity_record()), HasSubstr("no library"));
  result = result_in("fp16");
  result.device = "cuda";
  EXPECT_THAT(contradiction(result, record), HasSubstr("no GPU"));
  result.environment.gpu.emplace();
  EXPECT_THAT(contradiction(result, record), IsEmpty());
}

TEST(Contradiction, Fp32RoundsNoOperandToTf32) {
  for (bool Tf32Record::*const library : {&Tf32Record::cublas, &Tf32Record::cudnn}) {
    RunResult result = result_in("fp16");
    result.environment.library->tf32.*library = true;
    EXPECT_THAT(contradiction(result, sample::evaluation_record(50.0)), IsEmpty());
    EXPECT_THAT(contradiction(result, sample::parity_record()), HasSubstr("TF32"));
    result.precision = "fp32";
    EXPECT_THAT(contradiction(result, sample::evaluation_record(50.0, "float32")),
                HasSubstr("TF32"));
  }
}

TEST(Contradiction, LogitsOfHalfAreRounded) {
  ParityRecord record = sample::parity_record();
  record.logits.rmse = record.logits.rmse_reference;
  EXPECT_THAT(contradiction(result_in("fp16"), record), HasSubstr("rounding alone"));
}

TEST(Contradiction, AnExaminedFilesDigestStandsBesideItsRecord) {
  const RunResult examined = sample::examine();
  const ExamineRecord record{sample::checkpoint(), sample::log()};
  EXPECT_THAT(contradiction(examined, record), IsEmpty());
  for (const auto* name : {"checkpoint", "log"}) {
    RunResult other = examined;
    other.digests[name] = std::string(64, '0');
    EXPECT_THAT(contradiction(other, record), HasSubstr(std::string("the ") + name));
    other.digests.erase(name);
    EXPECT_THAT(contradiction(other, record), HasSubstr(std::string("the ") + name));
  }
}

}  // namespace
}  // namespace harness
