#include "harness/judge/rules/file/examined_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using sample::Case;
using testing::HasSubstr;

ExaminedFiles files(const Case& sample) {
  return find_files({sample.row, sample.claim, sample.results, sample.scope});
}

/// A row whose stage left this record.
Case examined(const ExamineRecord& record) {
  Case sample;
  sample.results.at(0).measurements = record_to_json(record);
  return sample;
}

TEST(ExaminedFiles, HoldWhatTheStageRecorded) {
  const ExaminedFiles found = files(Case());
  ASSERT_NE(found.checkpoint(), nullptr);
  ASSERT_NE(found.log(), nullptr);
  EXPECT_EQ(found.checkpoint()->stored->size, 1234567);
  EXPECT_EQ(found.log()->last_miou, 52.05);
}

TEST(ExaminedFiles, OfAnotherRowAreNoEvidence) {
  Case sample;
  for (auto& result : sample.results) result.row = "pspnet_small_fp16";
  EXPECT_EQ(files(sample).checkpoint_absence->verdict, Verdict::kFail);
  EXPECT_EQ(files(sample).log_absence->verdict, Verdict::kFail);
}

TEST(ExaminedFiles, AFileThatIsNotPublishedIsNotVerifiable) {
  Case sample = examined({sample::checkpoint(), std::nullopt});
  EXPECT_EQ(files(sample).log_absence->verdict, Verdict::kFail);
  sample.row.log = "";
  EXPECT_EQ(files(sample).log_absence->verdict, Verdict::kNotVerifiable);
  EXPECT_EQ(files(sample).checkpoint_absence, std::nullopt);
}

TEST(ExaminedFiles, OfAnotherNameAreNoneOfTheRow) {
  Case sample;
  sample.row.checkpoint = "https://example.org/fp16/other_fp16-00000000.pth";
  EXPECT_EQ(files(sample).checkpoint_absence->verdict, Verdict::kFail);
  EXPECT_EQ(files(sample).log_absence, std::nullopt);
  sample = Case();
  sample.row.log = "other_fp16.log.json";
  EXPECT_EQ(files(sample).log_absence->verdict, Verdict::kFail);
}

TEST(ExaminedFiles, OneOutOfReachIsASkipAndABrokenOneAFailure) {
  CheckpointRecord checkpoint;
  checkpoint.error = {FileErrorKind::kUnreachable, "offline"};
  auto found = files(examined({checkpoint, std::nullopt}));
  EXPECT_EQ(found.checkpoint_absence->verdict, Verdict::kSkipped);
  EXPECT_EQ(found.checkpoint_absence->resource, "network");
  EXPECT_EQ(found.checkpoint(), nullptr);
  for (const auto kind :
       {FileErrorKind::kMissing, FileErrorKind::kChecksum, FileErrorKind::kUnreadable}) {
    checkpoint.error = {kind, "it went wrong"};
    found = files(examined({checkpoint, std::nullopt}));
    EXPECT_EQ(found.checkpoint_absence->verdict, Verdict::kFail) << to_string(kind);
    EXPECT_EQ(found.checkpoint_absence->reason, "it went wrong") << to_string(kind);
  }
}

TEST(ExaminedFiles, WhatWasFoundOutBeforeAnErrorStays) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.error = {FileErrorKind::kUnreadable, "truncated"};
  const auto found = files(examined({checkpoint, sample::log()}));
  EXPECT_EQ(found.checkpoint(), nullptr);
  EXPECT_EQ(found.record.checkpoint->stored->size, 1234567);
}

TEST(ExaminedFiles, ARecordWithAKeyTooManyOrTooFewFailsWithItsPath) {
  const Json whole = record_to_json(ExamineRecord{sample::checkpoint(), sample::log()});
  const auto reason_after = [&](const auto& change) {
    Case sample;
    Json& record = sample.results.at(0).measurements = whole;
    change(record);
    const auto found = files(sample);
    EXPECT_EQ(found.checkpoint_absence->verdict, Verdict::kFail);
    EXPECT_EQ(found.log_absence->verdict, Verdict::kFail);
    return found.checkpoint_absence->reason;
  };
  EXPECT_THAT(reason_after([](Json& json) { json["checkpoint"]["stored"].erase("sha256"); }),
              HasSubstr("measurements.checkpoint.stored.sha256"));
  EXPECT_THAT(reason_after([](Json& json) { json["log"].erase("last_miou"); }),
              HasSubstr("measurements.log.last_miou"));
  EXPECT_THAT(reason_after([](Json& json) { json["checkpoint"]["state_dict"][2]["kind"] = 1; }),
              HasSubstr("measurements.checkpoint.state_dict[2].kind"));
  EXPECT_THAT(reason_after([](Json& json) {
                json["checkpoint"]["state_dict"][0] = {"a", "b"};
              }),
              HasSubstr("measurements.checkpoint.state_dict[0]"));
  EXPECT_THAT(reason_after([](Json& json) {
                json = Json::array({1, "two", nullptr});
              }),
              HasSubstr("measurements"));
}

TEST(ExaminedFiles, OneFileAloneHasNoLog) {
  const ExaminedFiles found = examined_alone(sample::checkpoint());
  EXPECT_NE(found.checkpoint(), nullptr);
  EXPECT_EQ(found.log(), nullptr);
  EXPECT_EQ(found.log_absence->verdict, Verdict::kNotVerifiable);
  CheckpointRecord broken;
  broken.error = {FileErrorKind::kUnreadable, "truncated"};
  EXPECT_EQ(examined_alone(broken).checkpoint_absence->verdict, Verdict::kFail);
}

}  // namespace
}  // namespace harness
