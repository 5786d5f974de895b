#include "harness/judge/rules/file/origin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

Json values(std::int64_t elements, std::int64_t off_grid, std::int64_t zeros = 0,
            double min_abs = 0.1, double max_abs = 3.0) {
  return {{"elements", elements}, {"not_half_exact", off_grid}, {"zeros", zeros},
          {"min_abs", min_abs},   {"max_abs", max_abs},         {"tensors", 2}};
}

/// A file of half training: the types of the sample, values of batch norm off FP16's grid.
Json half_trained() {
  return {
      {"state_dict", sample::state_dict()},
      {"roles",
       {{"convolution", values(700, 0)},
        {"norm_parameter", values(40, 39)},
        {"norm_statistics", values(40, 38)},
        {"counter", values(1, 0, 0, 600, 600)}}},
      {"meta",
       {{"iter", 600}, {"fp16", {{"loss_scaler", {{"mode", "static"}, {"cur_scale", 512.0}}}}}}}};
}

Json with_types(Json checkpoint, const char* convolutions, const char* norm) {
  for (auto& entry : checkpoint["state_dict"]) {
    const auto name = entry[0].get<std::string>();
    if (entry[1] == "int64") continue;
    entry[1] = name.find("stem.1") == std::string::npos ? convolutions : norm;
  }
  return checkpoint;
}

TEST(Origin, HalfTrainingLeavesBatchNormOffTheGrid) {
  const Origin origin = origin_of(half_trained());
  EXPECT_EQ(origin.name, "half training");
  EXPECT_THAT(origin.because, Contains("convolutions in float16, batch norm in float32"));
  EXPECT_THAT(origin.because, Contains("batch norm counted 600 batches; meta.iter is 600"));
  EXPECT_THAT(origin.because,
              Contains("meta.fp16.loss_scaler: mmcv's LossScaler, static, scale 512"));
}

TEST(Origin, AModelCastAsAWholeIsNoHalfTraining) {
  EXPECT_EQ(origin_of(with_types(half_trained(), "float16", "float16")).name, "cast to half");
}

TEST(Origin, WidenedBatchNormStaysOnTheGrid) {
  Json checkpoint = half_trained();
  checkpoint["roles"]["norm_parameter"] = values(40, 0);
  checkpoint["roles"]["norm_statistics"] = values(40, 0);
  EXPECT_EQ(origin_of(checkpoint).name, "cast to half, batch norm widened");
  // One value that FP16 does not have is enough: it was written after the cast.
  checkpoint["roles"]["norm_parameter"] = values(40, 1);
  EXPECT_EQ(origin_of(checkpoint).name, "half training");
}

TEST(Origin, BatchNormAsItWasMadeSaysNothingOfTraining) {
  Json checkpoint = half_trained();
  checkpoint["roles"]["norm_statistics"] = values(40, 0, 20, 1.0, 1.0);
  checkpoint["roles"]["norm_parameter"] = values(40, 0, 20, 1.0, 1.0);
  EXPECT_EQ(origin_of(checkpoint).name, "half, batch norm untrained");
}

TEST(Origin, FloatWeightsOnTheGridWereHalfBefore) {
  Json checkpoint = with_types(half_trained(), "float32", "float32");
  EXPECT_EQ(origin_of(checkpoint).name, "widened from half");
  checkpoint["roles"]["convolution"] = values(700, 690);
  EXPECT_EQ(origin_of(checkpoint).name, "float");
}

TEST(Origin, OtherTypesAreNamed) {
  EXPECT_EQ(origin_of(with_types(half_trained(), "bfloat16", "float32")).name, "bfloat16");
  EXPECT_EQ(origin_of(with_types(half_trained(), "float64", "float64")).name, "mixed");
  EXPECT_EQ(origin_of(with_types(half_trained(), "float16", "bfloat16")).name, "mixed");
  EXPECT_EQ(origin_of(Json::object()).name, "");
}

Finding judged(Json checkpoint, const Json& policy) {
  sample::Case sample;
  sample.claim = sample::claim("origin", "file", policy);
  sample.checkpoint().update(checkpoint);
  return sample.judge(judge_origin);
}

TEST(Origin, IsHeldAgainstThePolicy) {
  const Json widened = with_types(half_trained(), "float32", "float32");
  EXPECT_EQ(judged(half_trained(), "fp16-master").verdict, Verdict::kPass);
  EXPECT_EQ(judged(half_trained(), "fp32").verdict, Verdict::kFail);
  EXPECT_EQ(judged(half_trained(), "fp16-amp").verdict, Verdict::kFail);
  EXPECT_EQ(judged(widened, "fp32").verdict, Verdict::kFail);
  EXPECT_EQ(judged(widened, "fp16-master").verdict, Verdict::kFail);
  EXPECT_EQ(judged(half_trained(), nullptr).verdict, Verdict::kNotVerifiable);
  EXPECT_EQ(judged(half_trained(), "fp8").verdict, Verdict::kFail);
}

TEST(Origin, ARecordWithoutValuesIsNoEvidence) {
  Json checkpoint = half_trained();
  checkpoint["roles"] = nullptr;
  EXPECT_EQ(judged(checkpoint, "fp16-master").verdict, Verdict::kFail);
}

TEST(Origin, SaysWhatNobodyCanKnow) {
  EXPECT_THAT(not_in_the_file(half_trained()), Contains(HasSubstr("FP32 master weights")));
  Json checkpoint = with_types(half_trained(), "float32", "float32");
  checkpoint["roles"]["convolution"] = values(700, 690);
  EXPECT_THAT(not_in_the_file(checkpoint), Contains(HasSubstr("FP32 or autocast")));
  EXPECT_THAT(not_in_the_file(checkpoint), Contains(HasSubstr("32 bits")));
  checkpoint["trust"] = "locked";
  checkpoint["meta"] = nullptr;
  EXPECT_THAT(not_in_the_file(checkpoint), Not(Contains(HasSubstr("32 bits"))));
  EXPECT_THAT(not_in_the_file(checkpoint), Contains(HasSubstr("no meta")));
}

}  // namespace
}  // namespace harness
