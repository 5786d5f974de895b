#include "harness/judge/rules/evaluated/forward_claims.h"

#include <cmath>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/table/import/row_claims.h"
#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using sample::Case;
using testing::HasSubstr;

Case claiming(const char* id, double published) {
  Case sample;
  sample.claim = sample::claim(id, "evaluated", published);
  return sample;
}

TEST(ForwardClaims, FiniteActivationsPass) {
  const auto finding = claiming("finite.forward", 0).judge(judge_finite_forward);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.precision, "fp16");
  EXPECT_EQ(finding.reason, "all 22,000,000 activations are finite");
}

TEST(ForwardClaims, ANaNActivationFailsWithItsLayer) {
  auto sample = claiming("finite.forward", 0);
  sample.change_evaluation([](auto& record) {
    record.forward->activations.non_finite = 3;
    record.forward->activations.first_non_finite_layer = "backbone.layer4.0.conv2";
  });
  const auto finding = sample.judge(judge_finite_forward);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.measured, 3);
  EXPECT_THAT(finding.reason, HasSubstr("the first in backbone.layer4.0.conv2"));
}

TEST(ForwardClaims, ANonFiniteLogitFailsToo) {
  auto sample = claiming("finite.forward", 0);
  sample.change_evaluation([](auto& record) { record.logits.non_finite = 1; });
  const auto finding = sample.judge(judge_finite_forward);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason, HasSubstr("1 logit"));
  sample.claim = sample::claim("range", "evaluated", 65504);
  EXPECT_EQ(sample.judge(judge_range).verdict, Verdict::kFail);
}

TEST(ForwardClaims, ACountBelowZeroDoesNotPass) {
  for (const ClaimRule rule : {judge_finite_forward, judge_range}) {
    auto sample = claiming("range", 65504);
    sample.change_evaluation([](auto& record) { record.forward->activations.non_finite = -1; });
    EXPECT_EQ(sample.judge(rule).verdict, Verdict::kFail);
  }
}

TEST(ForwardClaims, NoActivationsLookedAtFail) {
  using Change = std::function<void(EvaluationRecord&)>;
  for (const Change& change :
       {Change([](auto& record) { record.forward->activations.elements = 0; }),
        Change([](auto& record) { record.logits.elements = 0; }),
        Change([](auto& record) { record.forward.reset(); })}) {
    for (const ClaimRule rule : {judge_finite_forward, judge_range}) {
      auto sample = claiming("range", 65504);
      sample.change_evaluation(change);
      EXPECT_EQ(sample.judge(rule).verdict, Verdict::kFail);
      EXPECT_FALSE(sample.judge(rule).compared);
    }
  }
}

TEST(ForwardClaims, TheRangeShowsWhatIsLostAtItsLowerEnd) {
  const auto finding = claiming("range", 65504).judge(judge_range);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, 34.25);
  EXPECT_EQ(finding.reason, "largest in decode_head.conv_seg; 0.12 % subnormal, 40 % zero");
}

/// Under autocast norms may compute in FP32, where half's range ends.
TEST(ForwardClaims, AnOverflowFails) {
  auto sample = claiming("range", 65504);
  sample.row.arithmetic = Arithmetic{.policy = Policy::kFp16Amp};
  sample.results.at(1) = sample::evaluate("fp16-amp");
  sample.change_evaluations([](auto& record) {
    record.forward->activations.above_half_max = 7;
    record.forward->activations.max_abs = 70000.0;
    record.forward->activations.max_abs_layer = "backbone.layer1.0.bn3";
  });
  const auto finding = sample.judge(judge_range);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason, HasSubstr("expected at most 65504, found 70000"));
  EXPECT_THAT(finding.reason, HasSubstr("7 above FP16's range"));
  sample.claim.value = 1e9;
  EXPECT_EQ(sample.judge(judge_range).verdict, Verdict::kFail) << "no claim widens the type";
}

TEST(ForwardClaims, TheCountAboveTheRangeAndTheLargestMagnitudeFailEachAlone) {
  using Change = std::function<void(ActivationsRecord&)>;
  for (const Change& change : {Change([](auto& seen) { seen.above_half_max = 1; }),
                               Change([](auto& seen) { seen.max_abs = 65536.0; })}) {
    auto sample = claiming("range", 65504);
    sample.change_evaluation([&](auto& record) { change(record.forward->activations); });
    EXPECT_EQ(sample.judge(judge_range).verdict, Verdict::kFail);
  }
}

TEST(ForwardClaims, AMagnitudeThatIsMissingFails) {
  auto sample = claiming("range", 65504);
  sample.change_evaluation([](auto& record) { record.forward->activations.max_abs = NAN; });
  EXPECT_EQ(sample.judge(judge_range).verdict, Verdict::kFail);
}

TEST(ForwardClaims, ARecordThatCannotBeReadFails) {
  auto sample = claiming("range", 65504);
  sample.evaluation()["forward"]["activations"].erase("above_half_max");
  EXPECT_EQ(sample.judge(judge_range).verdict, Verdict::kFail);
  EXPECT_THAT(sample.judge(judge_range).reason,
              HasSubstr("measurements.forward.activations.above_half_max"));
}

TEST(ForwardClaims, TheRangeOfAnFp32RowIsThatOfItsHalfRun) {
  auto sample = claiming("range", 65504);
  sample.row.arithmetic = Arithmetic{.policy = Policy::kFp32};
  EXPECT_EQ(sample.judge(judge_range).precision, "fp16");
  EXPECT_EQ(sample.judge(judge_finite_forward).precision, "fp32");
}

/// A row of bfloat16 with the claim that an import writes for it.
Case bfloat16_case(const char* id) {
  Case sample;
  sample.row.arithmetic = Arithmetic{.policy = Policy::kBf16Amp};
  for (auto& claim : claims_of_row(PublishedRow{}, sample.row.arithmetic, "")) {
    if (claim.id == id) sample.claim = std::move(claim);
  }
  sample.results.at(1) = sample::evaluate("bf16-amp");
  return sample;
}

TEST(ForwardClaims, Bfloat16HasItsOwnRange) {
  auto sample = bfloat16_case("range");
  sample.change_evaluations([](EvaluationRecord& record) {
    record.forward->activations.above_half_max = 2;
    record.forward->activations.max_abs = 70144.0;
  });
  const auto finding = sample.judge(judge_range);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.precision, "bf16-amp");
  EXPECT_EQ(finding.measured, 70144.0);
  EXPECT_THAT(finding.reason, testing::Not(HasSubstr("subnormal")));
  sample.change_evaluations([](EvaluationRecord& record) {
    record.forward->activations.max_abs = 3.3895313892515354759e38;
  });
  EXPECT_EQ(sample.judge(judge_range).verdict, Verdict::kPass);
  sample.change_evaluation(
      [](EvaluationRecord& record) { record.forward->activations.max_abs = 3.39e38; });
  EXPECT_EQ(sample.judge(judge_range).verdict, Verdict::kFail);
}

TEST(ForwardClaims, Bfloat16OverflowsToo) {
  auto sample = bfloat16_case("range");
  sample.change_evaluation([](EvaluationRecord& record) {
    record.forward->activations.non_finite = 1;
    record.forward->activations.first_non_finite_layer = "backbone.stem.0";
  });
  const auto finding = sample.judge(judge_range);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason,
              testing::AllOf(HasSubstr("1 not finite"), testing::Not(HasSubstr("FP16"))));
  sample = bfloat16_case("range");
  sample.change_evaluation(
      [](EvaluationRecord& record) { record.forward->activations.max_abs = std::nan(""); });
  EXPECT_EQ(sample.judge(judge_range).verdict, Verdict::kFail);
}

}  // namespace
}  // namespace harness
