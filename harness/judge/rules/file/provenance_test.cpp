#include "harness/judge/rules/file/provenance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using sample::statistics;
using testing::Contains;

CheckpointRecord with_types(const char* convolutions, const char* norm) {
  CheckpointRecord checkpoint = sample::checkpoint();
  for (auto& tensor : *checkpoint.state_dict) {
    if (tensor.dtype == "int64") continue;
    const bool is_norm = tensor.name.find("stem.1") != std::string::npos;
    tensor.dtype = is_norm ? norm : convolutions;
  }
  return checkpoint;
}

TEST(Provenance, HalfTrainingLeavesBatchNormOffTheGrid) {
  const Provenance provenance = provenance_of(sample::checkpoint());
  EXPECT_EQ(provenance.name, "half training");
  EXPECT_THAT(provenance.because, Contains("convolutions in float16, batch norm in float32"));
  EXPECT_THAT(provenance.because, Contains("batch norm counted 600 batches; meta.iter is 600"));
  EXPECT_THAT(provenance.because,
              Contains("meta.fp16.loss_scaler: mmcv's LossScaler, static, scale 512"));
}

TEST(Provenance, AModelCastAsAWholeIsNoHalfTraining) {
  EXPECT_EQ(provenance_of(with_types("float16", "float16")).name, "cast to half");
}

TEST(Provenance, WidenedBatchNormStaysOnTheGrid) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.values->roles.norm_parameter = statistics(40, 0);
  checkpoint.values->roles.norm_statistics = statistics(40, 0);
  EXPECT_EQ(provenance_of(checkpoint).name, "cast to half, batch norm widened");
  // One value that FP16 does not have is enough: it was written after the cast.
  checkpoint.values->roles.norm_parameter = statistics(40, 1);
  EXPECT_EQ(provenance_of(checkpoint).name, "half training");
}

TEST(Provenance, BatchNormAsItWasMadeSaysNothingOfTraining) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.values->roles.norm_statistics = statistics(40, 0, 20, 1.0, 1.0);
  checkpoint.values->roles.norm_parameter = statistics(40, 0, 20, 1.0, 1.0);
  EXPECT_EQ(provenance_of(checkpoint).name, "half, batch norm untrained");
}

TEST(Provenance, FloatWeightsOnTheGridWereHalfBefore) {
  CheckpointRecord checkpoint = with_types("float32", "float32");
  EXPECT_EQ(provenance_of(checkpoint).name, "widened from half");
  checkpoint.values->roles.convolution = statistics(700, 690);
  EXPECT_EQ(provenance_of(checkpoint).name, "float");
}

TEST(Provenance, OtherTypesAreNamed) {
  EXPECT_EQ(provenance_of(with_types("bfloat16", "float32")).name, "bfloat16");
  EXPECT_EQ(provenance_of(with_types("float64", "float64")).name, "mixed");
  EXPECT_EQ(provenance_of(with_types("float16", "bfloat16")).name, "mixed");
  EXPECT_EQ(provenance_of(CheckpointRecord{}).name, "");
}

Verdict judged(const CheckpointRecord& checkpoint, const Json& policy) {
  return judge_provenance(checkpoint, sample::claim("origin", "file", policy)).verdict;
}

TEST(Provenance, IsComparedWithThePolicy) {
  const CheckpointRecord half = sample::checkpoint();
  const CheckpointRecord widened = with_types("float32", "float32");
  EXPECT_EQ(judged(half, "fp16-master"), Verdict::kPass);
  EXPECT_EQ(judged(half, "fp32"), Verdict::kFail);
  EXPECT_EQ(judged(half, "fp16-amp"), Verdict::kFail);
  EXPECT_EQ(judged(widened, "fp32"), Verdict::kFail);
  EXPECT_EQ(judged(widened, "fp16-master"), Verdict::kFail);
  EXPECT_EQ(judged(half, nullptr), Verdict::kNotVerifiable);
  EXPECT_EQ(judged(half, "fp8"), Verdict::kFail);
  EXPECT_EQ(judged(half, 16), Verdict::kFail);
}

TEST(Provenance, AFloatFileIsWhatFp32AndAutocastLeave) {
  CheckpointRecord checkpoint = with_types("float32", "float32");
  checkpoint.values->roles.convolution = statistics(700, 690);
  for (const auto* policy : {"fp32", "fp16-amp", "bf16-amp"}) {
    EXPECT_EQ(judged(checkpoint, policy), Verdict::kPass) << policy;
  }
  EXPECT_EQ(judged(checkpoint, "fp16-master"), Verdict::kFail);
}

TEST(Provenance, ARecordWithoutTensorsOrValuesIsNoEvidence) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.values.reset();
  EXPECT_EQ(judged(checkpoint, "fp16-master"), Verdict::kFail);
  EXPECT_EQ(judged(checkpoint, nullptr), Verdict::kFail);
  checkpoint = sample::checkpoint();
  checkpoint.state_dict.reset();
  EXPECT_EQ(judged(checkpoint, "fp16-master"), Verdict::kFail);
}

}  // namespace
}  // namespace harness
