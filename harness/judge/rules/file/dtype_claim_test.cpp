#include "harness/judge/rules/file/dtype_claim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/table/model_spec.h"
#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::HasSubstr;

/// A checkpoint and the policy that is claimed of it.
struct Claimed {
  Json policy;
  CheckpointRecord checkpoint = sample::checkpoint();

  void set_type(std::size_t tensor, const char* type) {
    checkpoint.state_dict->at(tensor).dtype = type;
  }
  Finding judge() const {
    return judge_dtypes(checkpoint, sample::claim("dtypes", "file", policy));
  }
};

Claimed claiming(const char* policy) {
  return {policy};
}

TEST(DtypeClaim, HalfConvolutionsWithFloatNormsProveHalfTraining) {
  const auto finding = claiming("fp16-master").judge();
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, "fp16-master");
  EXPECT_EQ(
      finding.reason,
      "3 convolution tensors in float16, 4 norm tensors in float32: only half training leaves "
      "this");
}

TEST(DtypeClaim, AnFp32FilePassedOffAsHalfTrainedFails) {
  auto sample = claiming("fp16-master");
  for (const std::size_t entry : {0, 6, 7}) sample.set_type(entry, "float32");
  const auto finding = sample.judge();
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.measured, "fp32 weights");
  EXPECT_THAT(finding.reason, HasSubstr("expected float16 convolutions: 3 of 3 are float32"));
  EXPECT_THAT(finding.reason, HasSubstr("this is an FP32 file"));
}

TEST(DtypeClaim, AHalfTrainedFilePassedOffAsFp32Fails) {
  for (const auto* policy : {"fp32", "fp16-amp", "bf16-amp"}) {
    const auto finding = claiming(policy).judge();
    EXPECT_EQ(finding.verdict, Verdict::kFail) << policy;
    EXPECT_THAT(finding.reason, HasSubstr("this is a file of half training with float batch norm"));
  }
}

TEST(DtypeClaim, AnFp32FileIsWhatFp32AndAutocastLeave) {
  for (const auto* policy : {"fp32", "fp16-amp", "bf16-amp"}) {
    auto sample = claiming(policy);
    for (const std::size_t entry : {0, 6, 7}) sample.set_type(entry, "float32");
    EXPECT_EQ(sample.judge().verdict, Verdict::kPass) << policy;
  }
}

TEST(DtypeClaim, AModelCastToHalfAsAWholeFails) {
  auto sample = claiming("fp16-master");
  for (const std::size_t entry : {1, 2, 3, 4}) sample.set_type(entry, "float16");
  const auto finding = sample.judge();
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason, HasSubstr("expected float32 norms: 4 of 4 are float16"));
  EXPECT_THAT(finding.reason, HasSubstr("a whole model cast to half, batch norm too"));
}

TEST(DtypeClaim, OneFloatConvolutionAmongHalfOnesFails) {
  auto sample = claiming("fp16-master");
  sample.set_type(6, "float32");
  const auto finding = sample.judge();
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.measured, "mixed");
  EXPECT_THAT(finding.reason, HasSubstr("1 of 3 are float32; this is a mixture"));
}

TEST(DtypeClaim, BFloat16IsNotHalf) {
  auto sample = claiming("fp16-master");
  for (const std::size_t entry : {0, 6, 7}) sample.set_type(entry, "bfloat16");
  EXPECT_EQ(sample.judge().verdict, Verdict::kFail);
}

TEST(DtypeClaim, ACounterOfAnotherTypeFails) {
  auto sample = claiming("fp16-master");
  sample.set_type(5, "float16");
  EXPECT_EQ(sample.judge().verdict, Verdict::kFail);
  auto& tensors = *sample.checkpoint.state_dict;
  tensors.erase(tensors.begin() + 5);
  EXPECT_EQ(sample.judge().verdict, Verdict::kPass);
}

TEST(DtypeClaim, ComparingNothingFails) {
  auto sample = claiming("fp16-master");
  sample.checkpoint.state_dict->clear();
  EXPECT_EQ(sample.judge().verdict, Verdict::kFail);
  sample.checkpoint.state_dict = {{"a.weight", "float16", {1, 1, 1, 1}}};
  EXPECT_THAT(sample.judge().reason, HasSubstr("expected float32 norms: there are none"));
  sample.checkpoint.state_dict.reset();
  EXPECT_EQ(sample.judge().verdict, Verdict::kFail);
}

TEST(DtypeClaim, TheLayoutOfEveryHeadHasTheRolesOfItsModel) {
  for (const auto* method : {"FCN", "PSPNet", "DeepLabV3", "DeepLabV3+"}) {
    Row row;
    row.method = method;
    const auto layout = state_dict_layout(resolve_model(row, nullptr));
    std::vector<TensorRecord> state_dict;
    for (const auto& tensor : layout) state_dict.push_back({tensor.name, "float32", tensor.shape});
    ASSERT_FALSE(state_dict.empty()) << method;
    const TensorRoles roles(state_dict);
    for (const auto& tensor : layout) {
      const TensorRole role = roles.of(tensor.name);
      EXPECT_EQ(role == TensorRole::kConvolution, tensor.kind == TensorSpec::Kind::kConvolution)
          << tensor.name;
      EXPECT_EQ(role == TensorRole::kCounter, tensor.kind == TensorSpec::Kind::kCounter)
          << tensor.name;
    }
  }
}

TEST(DtypeClaim, APolicyWithoutARuleFails) {
  const auto finding = claiming("fp8").judge();
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason, HasSubstr("\"fp8\""));
}

}  // namespace
}  // namespace harness
