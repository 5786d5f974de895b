#include "harness/judge/rules/evaluated/row_evaluations.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/judge/rules/evaluated/evaluated_claims.h"
#include "harness/judge/rules/evaluated/forward_claims.h"
#include "harness/judge/rules/evaluated/parity_claims.h"
#include "harness/testing/sample_row.h"

namespace harness {
namespace {
using testing::HasSubstr;

constexpr std::size_t kExamine = 0, kHalf = 1, kReference = 2, kParity = 3;

sample::Case whole() {
  sample::Case sample;
  sample.claim = sample::claim("parity", "evaluated", 0);
  sample.claim.tolerance = Tolerance{100.0, 0.0, "all that was measured"};
  return sample;
}

std::string evaluation_absence(const sample::Case& sample) {
  const auto found =
      find_evaluation({sample.row, sample.claim, sample.results, sample.scope}, "evaluate", "fp16");
  return found.absence ? found.absence->reason : "";
}

std::string comparison_absence(const sample::Case& sample) {
  const auto found =
      find_comparison({sample.row, sample.claim, sample.results, sample.scope}, "fp16");
  return found.absence ? found.absence->reason : "";
}

/// Every rule that rests on evaluations fails.
void expect_failures(const sample::Case& sample) {
  for (const ClaimRule rule : {judge_miou, judge_finite_forward, judge_range, judge_parity,
                               judge_parity_pixels, judge_parity_logits}) {
    EXPECT_EQ(sample.judge(rule).verdict, Verdict::kFail);
    EXPECT_FALSE(sample.judge(rule).compared);
  }
}

TEST(RowEvaluations, WhatAgreesIsFound) {
  EXPECT_EQ(evaluation_absence(whole()), "");
  EXPECT_EQ(comparison_absence(whole()), "");
}

TEST(RowEvaluations, ImagesThatAllEvaluationsLackAreMissed) {
  auto sample = whole();
  sample.scope.data.images = 16;
  EXPECT_EQ(comparison_absence(sample), "");
  sample.scope.data.images = 17;
  EXPECT_THAT(evaluation_absence(sample), HasSubstr("16 images, expected 17"));
  expect_failures(sample);
}

TEST(RowEvaluations, AnotherLibraryIsNoComparison) {
  auto sample = whole();
  sample.results.at(kReference).environment.library->convolution_kernel = "another";
  EXPECT_THAT(comparison_absence(sample), HasSubstr("library/convolution_kernel is \"\""));
  expect_failures(sample);
}

TEST(RowEvaluations, AnotherFileWasEvaluated) {
  for (const std::string& digest : {std::string(), std::string("garbage"), std::string(64, '0')}) {
    auto sample = whole();
    for (const auto place : {kHalf, kReference, kParity}) {
      sample.results.at(place).digests["checkpoint"] = digest;
    }
    EXPECT_THAT(evaluation_absence(sample), HasSubstr("the one that was examined has"));
    expect_failures(sample);
  }
}

TEST(RowEvaluations, TheComparisonIsOfTheExaminedFileToo) {
  auto sample = whole();
  sample.results.at(kParity).digests["checkpoint"] = std::string(64, '0');
  EXPECT_EQ(evaluation_absence(sample), "");
  EXPECT_THAT(comparison_absence(sample), HasSubstr("the one that was examined has"));
}

TEST(RowEvaluations, WithoutAnExaminedFileNobodyKnowsWhatWasEvaluated) {
  auto sample = whole();
  sample.results.at(kExamine).status = RunStatus::kError;
  EXPECT_THAT(evaluation_absence(sample), HasSubstr("was not examined"));
  expect_failures(sample);
  sample = whole();
  sample::change_record<ExamineRecord>(sample.results.at(kExamine),
                                       [](auto& record) { record.checkpoint->stored.reset(); });
  expect_failures(sample);
}

TEST(RowEvaluations, ThePredictionsAreThoseThatWereEvaluated) {
  auto sample = whole();
  sample.results.at(kHalf).digests["predictions"] = std::string(64, '0');
  EXPECT_THAT(comparison_absence(sample), HasSubstr("its predictions"));
  sample.results.at(kHalf).digests.erase("predictions");
  sample.results.at(kParity).digests.erase("predictions");
  EXPECT_THAT(comparison_absence(sample), HasSubstr("its predictions"));
  sample = whole();
  sample.results.at(kReference).digests["predictions"] =
      sample.results.at(kHalf).digests["predictions"];
  EXPECT_THAT(comparison_absence(sample), HasSubstr("the same sha256"));
}

TEST(RowEvaluations, PredictionsThatNobodyCanCompareAreNone) {
  for (const auto& digest : {std::string(), std::string("fp32"), std::string(63, 'a'),
                             std::string(64, 'A'), std::string(64, 'g')}) {
    auto sample = whole();
    sample.results.at(kReference).digests["predictions"] = digest;
    EXPECT_THAT(comparison_absence(sample), HasSubstr("the sha256 of FP32's predictions"));
    sample = whole();
    for (const auto place : {kHalf, kParity}) {
      sample.results.at(place).digests["predictions"] = digest;
    }
    EXPECT_THAT(comparison_absence(sample), HasSubstr("its predictions")) << digest;
  }
  auto sample = whole();
  sample.results.at(kReference).digests.erase("predictions");
  EXPECT_THAT(comparison_absence(sample), HasSubstr("the sha256 of FP32's predictions"));
}

TEST(RowEvaluations, Fp32ThatIsNotFiniteIsNoYardstick) {
  auto sample = whole();
  sample::change_record<EvaluationRecord>(sample.results.at(kReference),
                                          [](auto& record) { record.logits.non_finite = 1; });
  EXPECT_THAT(comparison_absence(sample), HasSubstr("FP32 is the yardstick"));
  for (const ClaimRule rule : {judge_parity, judge_parity_pixels, judge_parity_logits}) {
    EXPECT_EQ(sample.judge(rule).verdict, Verdict::kFail);
  }
  sample = whole();
  sample.change_evaluation([](auto& record) { record.logits.non_finite = 1; });
  EXPECT_EQ(comparison_absence(sample), "") << "half is what is measured";
}

TEST(RowEvaluations, AComparisonRestsOnBothEvaluations) {
  for (const auto place : {kHalf, kReference}) {
    auto sample = whole();
    sample.results.at(place).status = RunStatus::kError;
    EXPECT_THAT(comparison_absence(sample), HasSubstr("rests on both evaluations"));
    sample.results.at(place).status = RunStatus::kSkipped;
    EXPECT_THAT(comparison_absence(sample), HasSubstr("rests on both evaluations"));
    sample.results.erase(sample.results.begin() + static_cast<std::ptrdiff_t>(place));
    EXPECT_THAT(comparison_absence(sample), HasSubstr("rests on both evaluations"));
    EXPECT_EQ(sample.judge(judge_parity).verdict, Verdict::kFail);
  }
}

TEST(RowEvaluations, TwoThatContradictEachOtherFailBoth) {
  auto sample = whole();
  sample::change_record<EvaluationRecord>(
      sample.results.at(kReference), [](auto& record) { ++record.forward->activations.elements; });
  EXPECT_THAT(evaluation_absence(sample), HasSubstr("evaluate in fp32 says otherwise"));
  sample = whole();
  sample.results.at(kReference).environment.build.commit = "another";
  EXPECT_THAT(evaluation_absence(sample), HasSubstr("commit"));
  EXPECT_NE(comparison_absence(sample), "");
}

TEST(RowEvaluations, AModelThatIsNoneHasNoEvaluation) {
  auto sample = whole();
  sample.row.model = {{"backbone", {{"depth", 77}}}};
  EXPECT_THAT(evaluation_absence(sample), HasSubstr("nobody can tell"));
}

TEST(RowEvaluations, Fp32sDistanceIsFp32s) {
  auto sample = whole();
  sample.change_parity([](auto& record) { record.logits.rmse_reference *= 1000.0; });
  EXPECT_THAT(comparison_absence(sample), HasSubstr("FP32's logits"));
}

}  // namespace
}  // namespace harness
