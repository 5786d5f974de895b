#include "harness/judge/rules/file/file_claims.h"

#include <functional>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/table/model_spec.h"
#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::HasSubstr;

Claim claim(const char* id, Json value) {
  return sample::claim(id, "file", std::move(value));
}

Finding hash_of(const CheckpointRecord& checkpoint, Json published) {
  return judge_hash(checkpoint, claim("hash", std::move(published)));
}

Finding format_of(const CheckpointRecord& checkpoint, Json published) {
  return judge_format(checkpoint, claim("format", std::move(published)));
}

/// A checkpoint that holds exactly the layout of the row's model.
CheckpointRecord whole_model() {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.state_dict->clear();
  const Json& model = checkpoint.config.at("model");
  for (const auto& tensor : state_dict_layout(resolve_model(sample::row(), model))) {
    checkpoint.state_dict->push_back({tensor.name, "float32", tensor.shape});
  }
  return checkpoint;
}

TEST(FileClaims, TheHashInTheNameIsTheStartOfTheSha256) {
  const auto finding = hash_of(sample::checkpoint(), "2eb5a165");
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, "2eb5a165");
  EXPECT_EQ(finding.reason, "sha256 of 1,234,567 bytes starts with the published digits");
  EXPECT_EQ(hash_of(sample::checkpoint(), "2EB5A165").verdict, Verdict::kPass);
}

TEST(FileClaims, TheHashOfAnotherFileFails) {
  const auto finding = hash_of(sample::checkpoint(), "5bb56c8f");
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.reason,
            "fcn_small_fp16-2eb5a165.pth (1,234,567 bytes) has a sha256 that starts with 2eb5a165, "
            "expected 5bb56c8f: this is not the published file");
}

TEST(FileClaims, AHashOfNothingPassesNothing) {
  for (const Json& value : {Json(""), Json("not hex"), Json(22), Json(std::string(65, 'a'))}) {
    EXPECT_EQ(hash_of(sample::checkpoint(), value).verdict, Verdict::kFail) << value;
  }
  CheckpointRecord checkpoint = sample::checkpoint();
  for (const auto* sha256 : {"", "2eb5a165"}) {
    checkpoint.stored->sha256 = sha256;
    EXPECT_EQ(hash_of(checkpoint, "2eb5a165").verdict, Verdict::kFail) << sha256;
  }
  checkpoint.stored.reset();
  EXPECT_EQ(hash_of(checkpoint, "2eb5a165").verdict, Verdict::kFail);
}

TEST(FileClaims, EitherFormatIsAPth) {
  EXPECT_EQ(format_of(sample::checkpoint(), "pth").verdict, Verdict::kPass);
  EXPECT_EQ(format_of(sample::checkpoint(), "legacy").verdict, Verdict::kPass);
  const auto finding = format_of(sample::checkpoint(), "zip");
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.measured, "legacy");
}

TEST(FileClaims, NoOtherFormatIsAPth) {
  for (const auto* format : {"", "not a checkpoint", "pth", "Zip"}) {
    CheckpointRecord checkpoint = sample::checkpoint();
    checkpoint.format = format;
    for (const auto* published : {"pth", format}) {
      EXPECT_EQ(format_of(checkpoint, published).verdict, Verdict::kFail) << format;
    }
  }
}

TEST(FileClaims, AFileThatWasNotReadToItsEndHasNoFormat) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.state_dict->clear();
  EXPECT_EQ(format_of(checkpoint, "pth").verdict, Verdict::kFail);
  checkpoint.state_dict.reset();
  EXPECT_EQ(format_of(checkpoint, "pth").verdict, Verdict::kFail);
  checkpoint = sample::checkpoint();
  checkpoint.format.reset();
  EXPECT_EQ(format_of(checkpoint, "pth").verdict, Verdict::kFail);
}

TEST(FileClaims, CodeThatRunsIsNoCheckpointsFormat) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.unknown_code = {{"models.Net", "makes an object of", "", false}};
  EXPECT_EQ(format_of(checkpoint, "pth").verdict, Verdict::kPass);
  checkpoint.unknown_code.push_back({"os.system", "calls", "a string", true});
  EXPECT_EQ(format_of(checkpoint, "pth").verdict, Verdict::kFail);
  EXPECT_THAT(format_of(checkpoint, "pth").reason, HasSubstr("os.system(a string)"));
}

TEST(FileClaims, WhatIsNotReadIsNamedAndNotCalledFinite) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.not_read = {{"w", "sparse_coo [4, 4]"}};
  const auto finding = judge_finite(checkpoint, sample::claim("finite", "file", 0));
  EXPECT_EQ(finding.verdict, Verdict::kNotVerifiable);
  EXPECT_THAT(finding.reason, HasSubstr("w (sparse_coo [4, 4])"));
}

TEST(FileClaims, WeightsOfNumpyAreNotCalledFiniteNorMissing) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.state_dict->clear();
  checkpoint.values->all.elements = 0;
  checkpoint.not_read = {{"w", "numpy array float32 [3]"}};
  const auto finite = judge_finite(checkpoint, sample::claim("finite", "file", 0));
  EXPECT_EQ(finite.verdict, Verdict::kNotVerifiable);
  EXPECT_THAT(finite.reason, HasSubstr("no weight was looked at; 1 tensor"));
  const auto tensors = judge_tensors(checkpoint, sample::row());
  EXPECT_EQ(tensors.verdict, Verdict::kFail);
  EXPECT_THAT(tensors.reason, HasSubstr("w (numpy array float32 [3])"));
}

TEST(FileClaims, APrefixThatIsAllThatDiffersIsNamed) {
  CheckpointRecord checkpoint = whole_model();
  for (auto& tensor : *checkpoint.state_dict) tensor.name.insert(0, "module.");
  const auto finding = judge_tensors(checkpoint, sample::row());
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason, HasSubstr("the prefix \"module.\""));
  checkpoint.state_dict->pop_back();
  EXPECT_THAT(judge_tensors(checkpoint, sample::row()).reason, HasSubstr("missing"));
}

TEST(FileClaims, AModelThatIsNotKnownIsComparedWithNothing) {
  Row row = sample::row();
  row.method = "Mask2Former";
  row.model = Json::object();
  CheckpointRecord checkpoint = whole_model();
  checkpoint.config = nullptr;
  EXPECT_EQ(judge_tensors(checkpoint, row).verdict, Verdict::kNotVerifiable);
}

TEST(FileClaims, TheTensorsAreThoseOfTheModel) {
  const auto finding = judge_tensors(whole_model(), sample::row());
  EXPECT_EQ(finding.verdict, Verdict::kPass) << finding.reason;
  EXPECT_EQ(finding.measured, "358 tensors");
}

TEST(FileClaims, MissingUnexpectedAndMisshapedTensorsAreNamed) {
  CheckpointRecord checkpoint = whole_model();
  auto& tensors = *checkpoint.state_dict;
  const std::string lost = tensors.at(0).name;
  const std::string misshaped = tensors.at(1).name;
  tensors.at(1).shape = {9, 9};
  tensors.erase(tensors.begin());
  tensors.push_back({"backdoor.weight", "float32", {1}});
  const auto finding = judge_tensors(checkpoint, sample::row());
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason, HasSubstr("1 missing (" + lost + ")"));
  EXPECT_THAT(finding.reason,
              HasSubstr("1 of another shape (" + misshaped + " [9, 9], expected ["));
  EXPECT_THAT(finding.reason, HasSubstr("1 unexpected (backdoor.weight)"));
}

TEST(FileClaims, OnlyTheFirstFewOfManyAreListed) {
  const auto finding = judge_tensors(sample::checkpoint(), sample::row());
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_LT(finding.reason.size(), 600u);
  EXPECT_THAT(finding.reason, HasSubstr(", ...)"));
}

TEST(FileClaims, EachOfMissingUnexpectedAndMisshapedFailsAlone) {
  using Change = std::function<void(std::vector<TensorRecord>&)>;
  for (const Change& change :
       {Change([](auto& tensors) { tensors.pop_back(); }), Change([](auto& tensors) {
          tensors.push_back({"backdoor.weight", "float32", {1}});
        }),
        Change([](auto& tensors) { ++tensors.at(0).shape.back(); })}) {
    CheckpointRecord checkpoint = whole_model();
    change(*checkpoint.state_dict);
    EXPECT_EQ(judge_tensors(checkpoint, sample::row()).verdict, Verdict::kFail);
  }
}

TEST(FileClaims, ATensorStoredTwiceFails) {
  CheckpointRecord checkpoint = whole_model();
  checkpoint.state_dict->push_back(TensorRecord(checkpoint.state_dict->at(3)));
  const auto finding = judge_tensors(checkpoint, sample::row());
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason, HasSubstr("1 stored twice"));
}

TEST(FileClaims, ComparingNoTensorsFails) {
  CheckpointRecord checkpoint = whole_model();
  checkpoint.state_dict->clear();
  EXPECT_EQ(judge_tensors(checkpoint, sample::row()).verdict, Verdict::kFail);
  checkpoint.state_dict.reset();
  EXPECT_EQ(judge_tensors(checkpoint, sample::row()).verdict, Verdict::kFail);
}

/// A model that is none of ours says nothing against the file.
TEST(FileClaims, AModelThatIsNotKnownIsNotVerifiableAndNamed) {
  CheckpointRecord checkpoint = whole_model();
  Row row = sample::row();
  row.method = "Mystery";
  checkpoint.config = nullptr;
  const auto finding = judge_tensors(checkpoint, row);
  EXPECT_EQ(finding.verdict, Verdict::kNotVerifiable);
  EXPECT_THAT(finding.reason, HasSubstr("Mystery"));
}

TEST(FileClaims, FiniteWeightsPass) {
  const auto finding = judge_finite(sample::checkpoint(), sample::claim("finite", "file", 0));
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.reason, "all 752 weights are finite");
  EXPECT_EQ(judge_finite(sample::checkpoint(), sample::claim("finite", "file", 1)).verdict,
            Verdict::kFail);
}

TEST(FileClaims, ANaNInAWeightFailsWithItsName) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.values->all.non_finite = 1;
  checkpoint.values->first_non_finite = "backbone.stem.0.weight";
  const auto finding = judge_finite(checkpoint, sample::claim("finite", "file", 0));
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.reason,
            "1 of 752 weights are NaN or infinite, the first in backbone.stem.0.weight");
}

TEST(FileClaims, WhatMayBeInfiniteIsLeftOutAndSaidToBe) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.state_dict->push_back({"attn.mask", "float32", {3, 3}});
  checkpoint.state_dict->push_back({"attn.index", "int64", {3, 3}});
  checkpoint.values->all.non_finite = 3;
  checkpoint.values->roles.index.non_finite = 3;
  const Claim claim = sample::claim("finite", "file", 0);
  const auto left_out = judge_finite(checkpoint, claim);
  EXPECT_EQ(left_out.verdict, Verdict::kPass);
  EXPECT_THAT(left_out.reason, HasSubstr("left out: 3 infinite values"));
  EXPECT_THAT(left_out.reason, HasSubstr("(attn.mask)"));
  checkpoint.values->all.non_finite = 4;
  checkpoint.values->first_non_finite = "conv.weight";
  const auto finding = judge_finite(checkpoint, claim);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.measured, 1);
  EXPECT_THAT(finding.reason, HasSubstr("the first in conv.weight; left out: 3"));
}

TEST(FileClaims, AFileWithoutWeightsIsNotSaidToBeWithoutTensors) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.state_dict->clear();
  checkpoint.state_dict_in = "";
  checkpoint.optimizer = OptimizerRecord{true, 6, 24};
  const Claim claim = sample::claim("format", "file", "pth");
  const auto finding = judge_format(checkpoint, claim);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason, HasSubstr("no weights were found"));
  EXPECT_THAT(finding.reason, HasSubstr("the state of an optimizer, of 6 tensors"));
  checkpoint.state_dict_in = "state_dict";
  checkpoint.optimizer = OptimizerRecord{};
  EXPECT_THAT(judge_format(checkpoint, claim).reason, HasSubstr("state_dict holds no tensor;"));
  checkpoint.not_read.push_back({"w", "numpy array float32 [3]"});
  EXPECT_EQ(judge_format(checkpoint, claim).verdict, Verdict::kPass);
  EXPECT_THAT(judge_format(checkpoint, claim).reason, HasSubstr("w (numpy array float32 [3])"));
}

TEST(FileClaims, NoWeightsLookedAtAreNotFinite) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.values->all.elements = 0;
  EXPECT_EQ(judge_finite(checkpoint, sample::claim("finite", "file", 0)).verdict, Verdict::kFail);
  checkpoint.values.reset();
  EXPECT_EQ(judge_finite(checkpoint, sample::claim("finite", "file", 0)).verdict, Verdict::kFail);
}

}  // namespace
}  // namespace harness
