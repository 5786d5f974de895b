#include "harness/judge/rules/file/content_claims.h"

#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/table/cityscapes_classes.h"
#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::HasSubstr;

/// A checkpoint with names and colours of Cityscapes in meta, as mmseg writes them, and the number
/// of classes that is claimed of it.
struct Cityscapes {
  Json claimed;
  CheckpointRecord checkpoint = sample::checkpoint();

  Finding judge() const {
    return judge_classes(checkpoint, sample::claim("classes", "file", claimed));
  }
};

Cityscapes cityscapes(Json claimed) {
  Cityscapes sample{std::move(claimed)};
  Json names = Json::array();
  Json palette = Json::array();
  for (const auto& one : kCityscapesClasses) {
    names.push_back(one.name);
    palette.push_back(one.rgb);
  }
  sample.checkpoint.meta["CLASSES"] = names;
  sample.checkpoint.meta["PALETTE"] = palette;
  return sample;
}

TEST(ContentClaims, ClassesAgreeWithTheLastLayerAndTheNames) {
  const auto finding = cityscapes(19).judge();
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, 19);
  EXPECT_THAT(finding.reason, HasSubstr("conv_seg, meta.CLASSES and meta.PALETTE"));
  EXPECT_THAT(finding.reason, HasSubstr("those of Cityscapes"));
  EXPECT_EQ(cityscapes("agree").judge().verdict, Verdict::kPass);
}

TEST(ContentClaims, AnotherNumberOfClassesFails) {
  EXPECT_EQ(cityscapes(150).judge().verdict, Verdict::kFail);
  auto sample = cityscapes("agree");
  sample.checkpoint.meta["CLASSES"].erase(18);
  const auto finding = sample.judge();
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.reason, "meta.CLASSES has 18, expected 19");
}

TEST(ContentClaims, SwappedNamesAndColoursFailWhereCityscapesWasTrained) {
  auto names = cityscapes(19);
  std::swap(names.checkpoint.meta["CLASSES"][0], names.checkpoint.meta["CLASSES"][1]);
  EXPECT_THAT(names.judge().reason, HasSubstr("class 0 of Cityscapes is road"));
  auto colors = cityscapes(19);
  colors.checkpoint.meta["PALETTE"][13] = {0, 0, 143};
  EXPECT_EQ(colors.judge().verdict, Verdict::kFail);
  colors.checkpoint.config["data"]["train"]["type"] = "CustomDataset";
  EXPECT_EQ(colors.judge().verdict, Verdict::kPass);
}

TEST(ContentClaims, WhatIsNoColourFails) {
  for (const auto* wrong : {"[0, 0]", "[0, 0, 256]", "[0, -1, 0]", "[0.5, 0, 0]", "7"}) {
    auto sample = cityscapes(19);
    sample.checkpoint.config = nullptr;
    sample.checkpoint.meta["PALETTE"][3] = Json::parse(wrong);
    EXPECT_EQ(sample.judge().verdict, Verdict::kFail) << wrong;
  }
}

TEST(ContentClaims, AFileWithoutAnyCountCannotBeJudged) {
  auto sample = cityscapes(19);
  sample.checkpoint.meta = nullptr;
  sample.checkpoint.state_dict->clear();
  EXPECT_EQ(sample.judge().verdict, Verdict::kNotVerifiable);
}

TEST(ContentClaims, AnAllZeroTensorFailsByName) {
  CheckpointRecord checkpoint = sample::checkpoint();
  EXPECT_EQ(judge_zero_tensors(checkpoint).verdict, Verdict::kPass);
  checkpoint.values->zero_tensors = {"a.weight"};
  EXPECT_EQ(judge_zero_tensors(checkpoint).verdict, Verdict::kFail);
  EXPECT_EQ(judge_zero_tensors(checkpoint).reason, "1 all-zero tensor: a.weight");
}

TEST(ContentClaims, ADuplicateFailsByBothNames) {
  CheckpointRecord checkpoint = sample::checkpoint();
  EXPECT_EQ(judge_duplicates(checkpoint).verdict, Verdict::kPass);
  checkpoint.values->duplicates = {{"a.weight", "b.weight"}};
  EXPECT_EQ(judge_duplicates(checkpoint).verdict, Verdict::kFail);
  EXPECT_THAT(judge_duplicates(checkpoint).reason, HasSubstr("b.weight equals a.weight"));
}

TEST(ContentClaims, LookingAtNothingFindsNothing) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.values->all.elements = 0;
  EXPECT_EQ(judge_zero_tensors(checkpoint).verdict, Verdict::kFail);
  EXPECT_EQ(judge_duplicates(checkpoint).verdict, Verdict::kFail);
  checkpoint.values.reset();
  EXPECT_EQ(judge_zero_tensors(checkpoint).verdict, Verdict::kFail);
  EXPECT_EQ(judge_duplicates(checkpoint).verdict, Verdict::kFail);
}

TEST(ContentClaims, OfWeightsThatAreNotReadNothingIsFound) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.not_read = {{"w", "numpy array float32 [3]"}};
  for (const Finding& finding : {judge_zero_tensors(checkpoint), judge_duplicates(checkpoint)}) {
    EXPECT_EQ(finding.verdict, Verdict::kNotVerifiable);
    EXPECT_THAT(finding.reason, HasSubstr("w (numpy array float32 [3])"));
  }
  checkpoint.values->zero_tensors = {"a.weight"};
  checkpoint.values->duplicates = {{"a.weight", "b.weight"}};
  EXPECT_EQ(judge_zero_tensors(checkpoint).verdict, Verdict::kFail);
  EXPECT_EQ(judge_duplicates(checkpoint).verdict, Verdict::kFail);
}

TEST(ContentClaims, AnOptimizerLeftInsideFails) {
  CheckpointRecord checkpoint = sample::checkpoint();
  EXPECT_EQ(judge_optimizer(checkpoint).verdict, Verdict::kPass);
  checkpoint.optimizer = {true, 177, 1000};
  EXPECT_EQ(judge_optimizer(checkpoint).verdict, Verdict::kFail);
  EXPECT_THAT(judge_optimizer(checkpoint).reason, HasSubstr("177 tensors, 1,000 bytes"));
  checkpoint.optimizer.reset();
  EXPECT_EQ(judge_optimizer(checkpoint).verdict, Verdict::kFail);
}

}  // namespace
}  // namespace harness
