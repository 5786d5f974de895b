#include "harness/judge/rules/file/content_claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/table/cityscapes_classes.h"
#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::HasSubstr;

/// Names and colours of Cityscapes in meta, as mmseg writes them.
sample::Case cityscapes(Json claimed) {
  sample::Case sample;
  sample.claim = sample::claim("classes", "file", std::move(claimed));
  Json names = Json::array();
  Json palette = Json::array();
  for (const auto& one : kCityscapesClasses) {
    names.push_back(one.name);
    palette.push_back(one.rgb);
  }
  sample.checkpoint()["meta"]["CLASSES"] = names;
  sample.checkpoint()["meta"]["PALETTE"] = palette;
  return sample;
}

TEST(ContentClaims, ClassesAgreeWithTheLastLayerAndTheNames) {
  const auto finding = cityscapes(19).judge(judge_classes);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, 19);
  EXPECT_THAT(finding.reason, HasSubstr("conv_seg, meta.CLASSES and meta.PALETTE"));
  EXPECT_THAT(finding.reason, HasSubstr("those of Cityscapes"));
  EXPECT_EQ(cityscapes("agree").judge(judge_classes).verdict, Verdict::kPass);
}

TEST(ContentClaims, AnotherNumberOfClassesFails) {
  EXPECT_EQ(cityscapes(150).judge(judge_classes).verdict, Verdict::kFail);
  auto sample = cityscapes("agree");
  sample.checkpoint()["meta"]["CLASSES"].erase(18);
  const auto finding = sample.judge(judge_classes);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.reason, "meta.CLASSES has 18, expected 19");
}

TEST(ContentClaims, SwappedNamesAndColoursFailWhereCityscapesWasTrained) {
  auto names = cityscapes(19);
  std::swap(names.checkpoint()["meta"]["CLASSES"][0], names.checkpoint()["meta"]["CLASSES"][1]);
  EXPECT_THAT(names.judge(judge_classes).reason, HasSubstr("class 0 of Cityscapes is road"));
  auto colors = cityscapes(19);
  colors.checkpoint()["meta"]["PALETTE"][13] = {0, 0, 143};
  EXPECT_EQ(colors.judge(judge_classes).verdict, Verdict::kFail);
  colors.checkpoint()["config"]["data"]["train"]["type"] = "CustomDataset";
  EXPECT_EQ(colors.judge(judge_classes).verdict, Verdict::kPass);
}

TEST(ContentClaims, WhatIsNoColourFails) {
  for (const auto* wrong : {"[0, 0]", "[0, 0, 256]", "[0, -1, 0]", "[0.5, 0, 0]", "7"}) {
    auto sample = cityscapes(19);
    sample.checkpoint()["config"] = nullptr;
    sample.checkpoint()["meta"]["PALETTE"][3] = Json::parse(wrong);
    EXPECT_EQ(sample.judge(judge_classes).verdict, Verdict::kFail) << wrong;
  }
}

TEST(ContentClaims, AFileWithoutAnyCountCannotBeJudged) {
  auto sample = cityscapes(19);
  sample.checkpoint()["meta"] = nullptr;
  sample.checkpoint()["state_dict"] = Json::array();
  EXPECT_EQ(sample.judge(judge_classes).verdict, Verdict::kNotVerifiable);
}

sample::Case looked_for(const char* id, const char* key, Json found) {
  sample::Case sample;
  sample.claim = sample::claim(id, "file", 0);
  sample.checkpoint()[key] = std::move(found);
  return sample;
}

TEST(ContentClaims, AnAllZeroTensorFailsByName) {
  auto none = looked_for("zero_tensors", "zero_tensors", Json::array());
  EXPECT_EQ(none.judge(judge_zero_tensors).verdict, Verdict::kPass);
  auto one = looked_for("zero_tensors", "zero_tensors", Json::array({"a.weight"}));
  EXPECT_EQ(one.judge(judge_zero_tensors).verdict, Verdict::kFail);
  EXPECT_EQ(one.judge(judge_zero_tensors).reason, "1 all-zero tensor: a.weight");
  auto nothing = looked_for("zero_tensors", "zero_tensors", nullptr);
  EXPECT_EQ(nothing.judge(judge_zero_tensors).verdict, Verdict::kFail);
  none.checkpoint()["statistics"]["elements"] = 0;
  EXPECT_EQ(none.judge(judge_zero_tensors).verdict, Verdict::kFail);
}

TEST(ContentClaims, ADuplicateFailsByBothNames) {
  auto pair = looked_for("duplicates", "duplicates", Json::parse(R"([["a.weight", "b.weight"]])"));
  EXPECT_EQ(pair.judge(judge_duplicates).verdict, Verdict::kFail);
  EXPECT_THAT(pair.judge(judge_duplicates).reason, HasSubstr("b.weight equals a.weight"));
  auto none = looked_for("duplicates", "duplicates", Json::array());
  EXPECT_EQ(none.judge(judge_duplicates).verdict, Verdict::kPass);
}

TEST(ContentClaims, AnOptimizerLeftInsideFails) {
  sample::Case sample;
  sample.claim = sample::claim("optimizer", "file", "none");
  EXPECT_EQ(sample.judge(judge_optimizer).verdict, Verdict::kFail);  // Nobody looked.
  sample.checkpoint()["optimizer"] = {{"present", false}, {"tensors", 0}, {"bytes", 0}};
  EXPECT_EQ(sample.judge(judge_optimizer).verdict, Verdict::kPass);
  sample.checkpoint()["optimizer"] = {{"present", true}, {"tensors", 177}, {"bytes", 1000}};
  EXPECT_EQ(sample.judge(judge_optimizer).verdict, Verdict::kFail);
  EXPECT_THAT(sample.judge(judge_optimizer).reason, HasSubstr("177 tensors, 1,000 bytes"));
}

}  // namespace
}  // namespace harness
