#include "harness/judge/rules/file/file_claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/table/model_spec.h"
#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using sample::Case;
using testing::HasSubstr;

Case claiming(const char* id, Json value) {
  Case sample;
  sample.claim = sample::claim(id, "file", std::move(value));
  return sample;
}

/// A checkpoint that holds exactly the layout of the row's model.
Case with_whole_model() {
  auto sample = claiming("tensors", "model");
  Json entries = Json::array();
  const auto& model = sample.checkpoint().at("config").at("model");
  for (const auto& tensor : state_dict_layout(resolve_model(sample.row, model))) {
    entries.push_back({tensor.name, "float32", tensor.shape});
  }
  sample.checkpoint()["state_dict"] = entries;
  return sample;
}

void damage(Case& sample) {
  sample.checkpoint()["error"] = "expected 1000 bytes of storage, got 10";
  sample.checkpoint()["error_kind"] = "unreadable";
}

TEST(FileClaims, TheHashInTheNameIsTheStartOfTheSha256) {
  const auto finding = claiming("hash", "2eb5a165").judge(judge_hash);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, "2eb5a165");
  EXPECT_EQ(finding.reason, "sha256 of 1,234,567 bytes starts with the published digits");
  EXPECT_EQ(claiming("hash", "2EB5A165").judge(judge_hash).verdict, Verdict::kPass);
}

TEST(FileClaims, TheHashOfAnotherFileFails) {
  const auto finding = claiming("hash", "5bb56c8f").judge(judge_hash);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.reason,
            "fcn_small_fp16-2eb5a165.pth (1,234,567 bytes) has a sha256 that starts with 2eb5a165, "
            "expected 5bb56c8f: this is not the published file");
}

TEST(FileClaims, AHashOfNothingPassesNothing) {
  for (const Json& value : {Json(""), Json("not hex"), Json(22), Json(std::string(65, 'a'))}) {
    EXPECT_EQ(claiming("hash", value).judge(judge_hash).verdict, Verdict::kFail) << value;
  }
  auto sample = claiming("hash", "2eb5a165");
  sample.checkpoint()["sha256"] = "2eb5a165";
  EXPECT_EQ(sample.judge(judge_hash).verdict, Verdict::kFail);
  sample.checkpoint().erase("sha256");
  EXPECT_EQ(sample.judge(judge_hash).verdict, Verdict::kFail);
}

TEST(FileClaims, AHashIsJudgedEvenWhereTheFileCannotBeRead) {
  auto sample = claiming("hash", "2eb5a165");
  damage(sample);
  EXPECT_EQ(sample.judge(judge_hash).verdict, Verdict::kPass);
  sample.checkpoint().erase("sha256");
  EXPECT_EQ(sample.judge(judge_hash).reason, "expected 1000 bytes of storage, got 10");
}

TEST(FileClaims, EitherFormatIsAPth) {
  EXPECT_EQ(claiming("format", "pth").judge(judge_format).verdict, Verdict::kPass);
  EXPECT_EQ(claiming("format", "legacy").judge(judge_format).verdict, Verdict::kPass);
  const auto finding = claiming("format", "zip").judge(judge_format);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.measured, "legacy");
}

TEST(FileClaims, ATruncatedFileHasNoFormat) {
  auto sample = claiming("format", "pth");
  damage(sample);
  EXPECT_EQ(sample.judge(judge_format).verdict, Verdict::kFail);
  sample = claiming("format", "pth");
  sample.checkpoint()["state_dict"] = Json::array();
  EXPECT_EQ(sample.judge(judge_format).verdict, Verdict::kFail);
}

TEST(FileClaims, TheTensorsAreThoseOfTheModel) {
  const auto finding = with_whole_model().judge(judge_tensors);
  EXPECT_EQ(finding.verdict, Verdict::kPass) << finding.reason;
  EXPECT_EQ(finding.measured, "358 tensors");
}

TEST(FileClaims, MissingUnexpectedAndMisshapedTensorsAreNamed) {
  auto sample = with_whole_model();
  auto& entries = sample.checkpoint()["state_dict"];
  const std::string lost = entries.at(0).at(0);
  const std::string misshaped = entries.at(1).at(0);
  entries.at(1).at(2) = {9, 9};
  entries.erase(0);
  entries.push_back({"backdoor.weight", "float32", {1}});
  const auto finding = sample.judge(judge_tensors);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason, HasSubstr("1 missing (" + lost + ")"));
  EXPECT_THAT(finding.reason,
              HasSubstr("1 of another shape (" + misshaped + " [9, 9], expected ["));
  EXPECT_THAT(finding.reason, HasSubstr("1 unexpected (backdoor.weight)"));
}

TEST(FileClaims, OnlyTheFirstFewOfManyAreListed) {
  const auto finding = claiming("tensors", "model").judge(judge_tensors);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_LT(finding.reason.size(), 600u);
  EXPECT_THAT(finding.reason, HasSubstr(", ...)"));
}

TEST(FileClaims, ATensorStoredTwiceFails) {
  auto sample = with_whole_model();
  auto& entries = sample.checkpoint()["state_dict"];
  entries.push_back(entries.at(3));
  EXPECT_THAT(sample.judge(judge_tensors).reason, HasSubstr("1 stored twice"));
}

TEST(FileClaims, ComparingNoTensorsFails) {
  auto sample = with_whole_model();
  sample.checkpoint()["state_dict"] = Json::array();
  EXPECT_EQ(sample.judge(judge_tensors).verdict, Verdict::kFail);
  sample.checkpoint()["state_dict"] = {{"name", "of another form"}};
  EXPECT_EQ(sample.judge(judge_tensors).verdict, Verdict::kFail);
}

TEST(FileClaims, AModelThatIsNotKnownFailsWithItsName) {
  auto sample = with_whole_model();
  sample.row.method = "Mystery";
  sample.checkpoint()["config"] = nullptr;
  const auto finding = sample.judge(judge_tensors);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason, HasSubstr("Mystery"));
}

TEST(FileClaims, FiniteWeightsPass) {
  const auto finding = claiming("finite", 0).judge(judge_finite);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.reason, "all 7,452 weights are finite");
}

TEST(FileClaims, ANaNInAWeightFailsWithItsName) {
  auto sample = claiming("finite", 0);
  sample.checkpoint()["statistics"]["non_finite"] = 1;
  sample.checkpoint()["statistics"]["first_non_finite"] = "backbone.stem.0.weight";
  const auto finding = sample.judge(judge_finite);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.reason,
            "1 of 7,452 weights are NaN or infinite, the first in backbone.stem.0.weight");
}

TEST(FileClaims, NoWeightsLookedAtAreNotFinite) {
  auto sample = claiming("finite", 0);
  sample.checkpoint()["statistics"]["elements"] = 0;
  EXPECT_EQ(sample.judge(judge_finite).verdict, Verdict::kFail);
  sample.checkpoint()["statistics"]["elements"] = nullptr;
  EXPECT_EQ(sample.judge(judge_finite).verdict, Verdict::kFail);
}

}  // namespace
}  // namespace harness
