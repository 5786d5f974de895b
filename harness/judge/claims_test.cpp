#include "harness/judge/claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/table/claim_kind.h"
#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using sample::Case;
using testing::HasSubstr;

VerdictRecord judge(const Case& sample) {
  return judge_claim({sample.row, sample.claim, sample.results, sample.scope});
}

Case scored(Json published) {
  Case sample;
  sample.claim = sample::claim("miou", "evaluated", std::move(published), 2);
  sample.claim.unit = "%";
  sample.claim.tolerance = Tolerance{0.05, 0.0, "backend drift"};
  return sample;
}

TEST(Claims, EveryKindOfClaimHasARuleAndEveryRuleAKind) {
  std::vector<std::string_view> kinds;
  for (const auto& kind : claim_kinds()) kinds.push_back(kind.id);
  ASSERT_FALSE(kinds.empty());
  EXPECT_EQ(ruled_claims(), kinds);
}

TEST(Claims, AHashIsJudgedEvenWhereTheFileCannotBeRead) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.error = {FileErrorKind::kUnreadable, "expected 1000 bytes of storage, got 10"};
  const auto judged = [&](const char* id, Json value) {
    Case sample;
    sample.claim = sample::claim(id, "file", std::move(value));
    sample.results.at(0).measurements = record_to_json(ExamineRecord{checkpoint, sample::log()});
    return judge(sample);
  };
  EXPECT_EQ(judged("hash", "2eb5a165").verdict, Verdict::kPass);
  EXPECT_EQ(judged("hash", "5bb56c8f").verdict, Verdict::kFail);
  EXPECT_EQ(judged("format", "pth").reason, "expected 1000 bytes of storage, got 10");
  checkpoint.stored.reset();
  EXPECT_EQ(judged("hash", "2eb5a165").verdict, Verdict::kFail);
  EXPECT_EQ(judged("hash", "2eb5a165").reason, "expected 1000 bytes of storage, got 10");
}

TEST(Claims, EveryClaimAboutFilesFailsWhereTheirRecordCannotBeRead) {
  for (const auto& kind : claim_kinds()) {
    if (kind.evidence != "file" && kind.evidence != "log") continue;
    const bool is_text = kind.value == ClaimKind::Value::kText;
    Case sample;
    sample.claim = sample::claim(std::string(kind.id), std::string(kind.evidence),
                                 is_text ? Json("agree") : Json(0));
    sample.results.at(0).measurements["checkpoint"]["more"] = 1;
    EXPECT_EQ(judge(sample).verdict, Verdict::kFail) << kind.id;
    EXPECT_THAT(judge(sample).reason, HasSubstr("measurements.checkpoint.more")) << kind.id;
  }
}

TEST(Claims, AFileAloneIsJudgedWithoutAJob) {
  const Row row = sample::row();
  const ExaminedFiles files = examined_alone(sample::checkpoint());
  const auto judged = [&](const char* id, Json value) {
    const ClaimKind* kind = find_claim_kind(id);
    const std::string evidence(kind == nullptr ? "file" : kind->evidence);
    return judge_file_claim(files, row, sample::claim(id, evidence, std::move(value)),
                            "2026-11-27T13:19:28Z");
  };
  EXPECT_EQ(judged("hash", "2eb5a165").verdict, Verdict::kPass);
  EXPECT_EQ(judged("hash", "2eb5a165").row, row.id);
  EXPECT_EQ(judged("hash", nullptr).verdict, Verdict::kNotVerifiable);
  EXPECT_EQ(judged("optimizer", "none").verdict, Verdict::kPass);
  EXPECT_EQ(judged("optimizer", "present").verdict, Verdict::kFail);
  EXPECT_EQ(judged("config.crop", "64x128").verdict, Verdict::kPass);
  EXPECT_EQ(judged("log.miou", 52.05).verdict, Verdict::kNotVerifiable);
  EXPECT_EQ(judged("miou", 52.05).verdict, Verdict::kFail);
  EXPECT_EQ(judged("accuracy", 1).verdict, Verdict::kFail);
}

TEST(Claims, ARecordHoldsTheClaimAndWhatWasFound) {
  const auto record = judge(scored(52.05));
  EXPECT_EQ(record.row, "fcn_small_fp16");
  EXPECT_EQ(record.claim, "miou");
  EXPECT_EQ(record.evidence, "evaluated");
  EXPECT_EQ(record.precision, "fp16");
  EXPECT_EQ(record.published, 52.05);
  EXPECT_EQ(record.measured, 52.051);
  EXPECT_EQ(record.unit, "%");
  EXPECT_EQ(record.tolerance.at("abs"), 0.055);
  EXPECT_EQ(record.verdict, Verdict::kPass);
  EXPECT_FALSE(record.reason.empty());
}

TEST(Claims, AClaimWithoutARuleFails) {
  Case sample;
  sample.claim = sample::claim("accuracy", "evaluated", 99.0, 1);
  EXPECT_EQ(judge(sample).verdict, Verdict::kFail);
  EXPECT_EQ(judge(sample).reason, "halfproof knows no rule for the claim accuracy");
}

TEST(Claims, NothingMakesUpForARule) {
  for (const char* evidence : {"file", "log", "evaluated", "retrained"}) {
    Case sample;
    sample.claim = sample::claim("accuracy", evidence, nullptr);
    sample.claim.conditions = {{"test_dataset", "Night"}};
    sample.claim.expected_failure = "known";
    EXPECT_EQ(judge(sample).verdict, Verdict::kFail) << evidence;
    EXPECT_FALSE(has_rule(sample.claim));
  }
  const Row row = sample::row();
  const ExaminedFiles files = examined_alone(sample::checkpoint());
  EXPECT_EQ(judge_file_claim(files, row, sample::claim("accuracy", "file", nullptr), "").verdict,
            Verdict::kFail);
}

TEST(Claims, AKnownClaimByOtherEvidenceFails) {
  for (const auto& kind : claim_kinds()) {
    for (const char* evidence : {"file", "log", "evaluated", "retrained"}) {
      const Claim claim = sample::claim(std::string(kind.id), evidence, nullptr);
      EXPECT_EQ(has_rule(claim), evidence == kind.evidence) << kind.id << " " << evidence;
    }
  }
  Case sample;
  sample.claim = sample::claim("log.miou", "evaluated", nullptr);
  EXPECT_EQ(judge(sample).verdict, Verdict::kFail);
}

TEST(Claims, AnEvaluationIsNoEvidenceOfRetraining) {
  auto sample = scored(52.05);
  sample.claim.evidence = "retrained";
  EXPECT_EQ(judge(sample).verdict, Verdict::kFail);
  EXPECT_TRUE(judge(sample).measured.is_null());
}

TEST(Claims, WhatIsNotPublishedIsNotVerifiableWhateverWasMeasured) {
  auto sample = scored(nullptr);
  auto record = judge(sample);
  EXPECT_EQ(record.verdict, Verdict::kNotVerifiable);
  EXPECT_EQ(record.measured, 52.051);
  EXPECT_THAT(record.reason, HasSubstr("the source does not publish it; 16 images in fp16"));
  sample.results.clear();
  record = judge(sample);
  EXPECT_EQ(record.verdict, Verdict::kNotVerifiable);
  EXPECT_EQ(record.reason, "the source does not publish it");
}

TEST(Claims, ACellThatCannotBeReadIsTheReason) {
  auto sample = scored(nullptr);
  sample.claim.conditions["unread"] = {{"cell", "0.5205"}, {"expected", "a percentage"}};
  const auto record = judge(sample);
  EXPECT_EQ(record.verdict, Verdict::kNotVerifiable);
  EXPECT_THAT(
      record.reason,
      HasSubstr("the source's \"0.5205\" cannot be read: expected a percentage; 16 images"));
}

TEST(Claims, AMiouOfAnotherDataSetIsNotVerifiable) {
  auto sample = scored(10.9);
  ASSERT_EQ(judge(sample).verdict, Verdict::kFail);
  sample.claim.conditions = {{"training_dataset", "Scenes by day"}, {"test_dataset", "Night"}};
  EXPECT_EQ(judge(sample).verdict, Verdict::kNotVerifiable);
  EXPECT_EQ(judge(sample).reason,
            "published for the data set Night, on which nothing was measured");
  sample.claim.conditions["test_dataset"] = "Scenes, validation";
  EXPECT_EQ(judge(sample).verdict, Verdict::kFail) << "of the training's own data set";
}

TEST(Claims, WhateverIsAboutImagesOfAnotherDataSetIsNotVerifiable) {
  for (const auto& kind : claim_kinds()) {
    const bool is_text = kind.value == ClaimKind::Value::kText;
    Case sample;
    sample.claim = sample::claim(std::string(kind.id), std::string(kind.evidence),
                                 is_text ? Json("fp32") : Json(0));
    sample.claim.conditions = {{"test_dataset", "Night"}};
    const bool is_about_images =
        kind.id == "log.miou" || kind.evidence == "evaluated" || kind.evidence == "retrained";
    const auto record = judge(sample);
    EXPECT_EQ(record.reason.ends_with("Night, on which nothing was measured"), is_about_images)
        << kind.id << ": " << record.reason;
    EXPECT_TRUE(!is_about_images || record.verdict == Verdict::kNotVerifiable) << kind.id;
  }
}

TEST(Claims, EveryRuleEnduresAClaimWithoutAValue) {
  for (const auto& kind : claim_kinds()) {
    Case sample;
    sample.claim = sample::claim(std::string(kind.id), std::string(kind.evidence), nullptr);
    EXPECT_EQ(judge(sample).verdict, Verdict::kNotVerifiable) << kind.id;
  }
}

TEST(Claims, EveryRuleFailsWhereNothingWasMeasured) {
  for (const auto& kind : claim_kinds()) {
    const bool is_text = kind.value == ClaimKind::Value::kText;
    Case sample;
    sample.claim = sample::claim(std::string(kind.id), std::string(kind.evidence),
                                 is_text ? Json("fp32") : Json(0));
    sample.results.clear();
    EXPECT_EQ(judge(sample).verdict, Verdict::kFail) << kind.id;
    for (const auto* stage : {"examine", "evaluate", "evaluate_ms_flip", "parity"}) {
      sample.results.push_back(sample::result(
          stage, std::string_view(stage) == "examine" ? "" : "fp16", Json::object()));
    }
    sample.claim.conditions = {{"hardware", "AMD EPYC"}};
    EXPECT_EQ(judge(sample).verdict, Verdict::kFail) << kind.id;
    for (auto& result : sample.results) result.measurements = Json::array({1, "two", nullptr});
    EXPECT_EQ(judge(sample).verdict, Verdict::kFail) << kind.id;
  }
}

TEST(Claims, ARequiredResourceTurnsASkipIntoAFailure) {
  auto sample = scored(52.05);
  sample.results[1].status = RunStatus::kSkipped;
  sample.results[1].reason = "no gpu: no CUDA device is visible";
  EXPECT_EQ(judge(sample).verdict, Verdict::kSkipped);
  sample.scope.require = {"data", "network"};
  EXPECT_EQ(judge(sample).verdict, Verdict::kSkipped);
  sample.scope.require = {"gpu"};
  EXPECT_EQ(judge(sample).verdict, Verdict::kFail);
  EXPECT_EQ(judge(sample).reason, "required and missing: no gpu: no CUDA device is visible");
}

TEST(Claims, AStageThatWasNotAskedForIsSkippedWhateverIsRequired) {
  auto sample = scored(52.05);
  sample.results.clear();
  sample.scope.stages = {"examine"};
  sample.scope.require = {"gpu", "data", "network", ""};
  EXPECT_EQ(judge(sample).verdict, Verdict::kSkipped);
}

TEST(Claims, WhatTheFileDoesNotHoldIsNotProvedByWhatItHolds) {
  const std::pair<const char*, Json> kClaims[] = {
      {"zero_tensors", 0}, {"duplicates", 0}, {"optimizer", "none"}, {"classes", "agree"}};
  for (const auto& [id, sound] : kClaims) {
    Case sample;
    sample.claim = sample::claim(id, "file", sound);
    EXPECT_EQ(judge(sample).verdict, Verdict::kPass) << id << ": " << judge(sample).reason;
    sample.claim.value = sound.is_number() ? Json(5) : Json("present");
    EXPECT_EQ(judge(sample).verdict, Verdict::kFail) << id;
  }
}

TEST(Claims, AnExpectedFailureExcusesNothingThatWasNotLookedAt) {
  for (const auto* id : {"finite", "zero_tensors", "tensors", "format"}) {
    Case sample;
    sample.claim = sample::claim(id, "file", id == std::string("format") ? Json("pth") : Json());
    if (id == std::string("finite") || id == std::string("zero_tensors")) sample.claim.value = 0;
    if (id == std::string("tensors")) sample.claim.value = "model";
    sample.claim.expected_failure = "known";
    sample::change_record<ExamineRecord>(sample.results.at(0), [](ExamineRecord& record) {
      record.checkpoint->values = ValuesRecord();
      record.checkpoint->state_dict->clear();
    });
    EXPECT_EQ(judge(sample).verdict, Verdict::kFail) << id << ": " << judge(sample).reason;
  }
}

TEST(Claims, AnExpectedFailureIsXfailAndASurpriseXpass) {
  auto sample = scored(53.05);
  sample.claim.expected_failure = "the page has a typing error";
  EXPECT_EQ(judge(sample).verdict, Verdict::kXfail);
  EXPECT_THAT(judge(sample).reason,
              HasSubstr("expected to fail (the page has a typing error); expected 53.05"));
  sample.claim.value = 52.05;
  EXPECT_EQ(judge(sample).verdict, Verdict::kXpass);
}

TEST(Claims, AnExpectationEndsWithItsLastDay) {
  auto sample = scored(53.05);
  sample.claim.expected_failure = "mended in the next release";
  sample.claim.expires = "2026-11-27";
  const auto began = [&](const char* started) {
    sample.scope.started = started;
    return judge(sample).verdict;
  };
  EXPECT_EQ(began("2026-11-26T23:59:59Z"), Verdict::kXfail);
  EXPECT_EQ(began("2026-11-27T23:59:59Z"), Verdict::kXfail);
  EXPECT_EQ(began("2026-11-28T00:00:00Z"), Verdict::kFail);
  EXPECT_THAT(judge(sample).reason, HasSubstr("until 2026-11-27, which is over"));
  EXPECT_EQ(began(""), Verdict::kFail) << "a day that nobody knows excuses nothing";
  sample.claim.value = 52.05;
  EXPECT_EQ(began("2026-11-28T00:00:00Z"), Verdict::kXpass) << "it is to be taken out all the same";
}

TEST(Claims, AFileIsNoLongerExcusedEither) {
  const ExaminedFiles files = examined_alone(sample::checkpoint());
  Claim claim = sample::claim("hash", "file", "00000000");
  claim.expected_failure = "the page has a typing error";
  claim.expires = "2026-11-27";
  const auto judged = [&](const char* now) {
    return judge_file_claim(files, sample::row(), claim, now).verdict;
  };
  EXPECT_EQ(judged("2026-11-27T00:00:00Z"), Verdict::kXfail);
  EXPECT_EQ(judged("2026-11-28T00:00:00Z"), Verdict::kFail);
}

TEST(Claims, AnAcceptedReferenceIsToldWithTheVerdict) {
  auto sample = scored(52.05);
  sample.claim.accepted.emplace();
  sample.claim.accepted->published = 53.05;
  sample.claim.accepted->date = "2026-11-27T13:19:28Z";
  sample.claim.accepted->reason = "another decoder";
  EXPECT_EQ(judge(sample).verdict, Verdict::kPass);
  EXPECT_THAT(judge(sample).reason,
              HasSubstr("no published number (that was 53.05) but one of our own of 2026-11-27, "
                        "accepted: another decoder"));
}

TEST(Claims, AnExpectedFailureDoesNotExcuseAMissingResult) {
  auto sample = scored(53.05);
  sample.claim.expected_failure = "the page has a typing error";
  sample.evaluation()["miou"] = nullptr;
  EXPECT_EQ(judge(sample).verdict, Verdict::kFail);
  sample.results[1].status = RunStatus::kError;
  EXPECT_EQ(judge(sample).verdict, Verdict::kFail);
  sample.results.clear();
  EXPECT_EQ(judge(sample).verdict, Verdict::kFail);
}

}  // namespace
}  // namespace harness
