#include "harness/judge/rules/file/dtype_claim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using sample::Case;
using testing::HasSubstr;

Case claiming(const char* policy) {
  Case sample;
  sample.claim = sample::claim("dtypes", "file", policy);
  return sample;
}

void set_type(Case& sample, std::size_t entry, const char* type) {
  sample.checkpoint().at("state_dict").at(entry).at(1) = type;
}

TEST(DtypeClaim, HalfConvolutionsWithFloatNormsProveHalfTraining) {
  const auto finding = claiming("fp16-master").judge(judge_dtypes);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, "fp16-master");
  EXPECT_EQ(
      finding.reason,
      "3 convolution tensors in float16, 4 norm tensors in float32: only half training leaves "
      "this");
}

TEST(DtypeClaim, AnFp32FilePassedOffAsHalfTrainedFails) {
  auto sample = claiming("fp16-master");
  for (const std::size_t entry : {0, 6, 7}) set_type(sample, entry, "float32");
  const auto finding = sample.judge(judge_dtypes);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.measured, "fp32 weights");
  EXPECT_THAT(finding.reason, HasSubstr("expected float16 convolutions: 3 of 3 are float32"));
  EXPECT_THAT(finding.reason, HasSubstr("this is an FP32 file"));
}

TEST(DtypeClaim, AHalfTrainedFilePassedOffAsFp32Fails) {
  for (const auto* policy : {"fp32", "fp16-amp", "bf16-amp"}) {
    const auto finding = claiming(policy).judge(judge_dtypes);
    EXPECT_EQ(finding.verdict, Verdict::kFail) << policy;
    EXPECT_THAT(finding.reason, HasSubstr("this is a file of half training with float batch norm"));
  }
}

TEST(DtypeClaim, AnFp32FileIsWhatFp32AndAutocastLeave) {
  for (const auto* policy : {"fp32", "fp16-amp", "bf16-amp"}) {
    auto sample = claiming(policy);
    for (const std::size_t entry : {0, 6, 7}) set_type(sample, entry, "float32");
    EXPECT_EQ(sample.judge(judge_dtypes).verdict, Verdict::kPass) << policy;
  }
}

TEST(DtypeClaim, AModelCastToHalfAsAWholeFails) {
  auto sample = claiming("fp16-master");
  for (const std::size_t entry : {1, 2, 3, 4}) set_type(sample, entry, "float16");
  const auto finding = sample.judge(judge_dtypes);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason, HasSubstr("expected float32 norms: 4 of 4 are float16"));
  EXPECT_THAT(finding.reason, HasSubstr("a whole model cast to half, batch norm too"));
}

TEST(DtypeClaim, OneFloatConvolutionAmongHalfOnesFails) {
  auto sample = claiming("fp16-master");
  set_type(sample, 6, "float32");
  const auto finding = sample.judge(judge_dtypes);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.measured, "mixed");
  EXPECT_THAT(finding.reason, HasSubstr("1 of 3 are float32; this is a mixture"));
}

TEST(DtypeClaim, BFloat16IsNotHalf) {
  auto sample = claiming("fp16-master");
  for (const std::size_t entry : {0, 6, 7}) set_type(sample, entry, "bfloat16");
  EXPECT_EQ(sample.judge(judge_dtypes).verdict, Verdict::kFail);
}

TEST(DtypeClaim, ACounterOfAnotherTypeFails) {
  auto sample = claiming("fp16-master");
  set_type(sample, 5, "float16");
  EXPECT_EQ(sample.judge(judge_dtypes).verdict, Verdict::kFail);
  sample.checkpoint().at("state_dict").erase(5);
  EXPECT_EQ(sample.judge(judge_dtypes).verdict, Verdict::kPass);
}

TEST(DtypeClaim, ComparingNothingFails) {
  auto sample = claiming("fp16-master");
  sample.checkpoint()["state_dict"] = Json::array();
  EXPECT_EQ(sample.judge(judge_dtypes).verdict, Verdict::kFail);
  sample.checkpoint()["state_dict"] =
      Json::array({Json::array({"a.weight", "float16", {1, 1, 1, 1}})});
  EXPECT_THAT(sample.judge(judge_dtypes).reason,
              HasSubstr("expected float32 norms: there are none"));
  sample.checkpoint()["state_dict"] = {1, 2};
  EXPECT_EQ(sample.judge(judge_dtypes).verdict, Verdict::kFail);
  sample.checkpoint().erase("state_dict");
  EXPECT_EQ(sample.judge(judge_dtypes).verdict, Verdict::kFail);
}

TEST(DtypeClaim, APolicyWithoutARuleFails) {
  const auto finding = claiming("fp8").judge(judge_dtypes);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason, HasSubstr("\"fp8\""));
}

}  // namespace
}  // namespace harness
