#include "harness/record/examine_record.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/record/fields.h"

namespace harness {
namespace {

ExamineRecord examined() {
  ExamineRecord record;
  CheckpointRecord& checkpoint = record.checkpoint.emplace();
  checkpoint.name = "a.pth";
  checkpoint.stored = {"https://zoo/a.pth", 12, std::string(64, 'a'), "locked"};
  checkpoint.format = "zip";
  checkpoint.state_dict = {{"a.weight", "float16", {4, 3, 3, 3}}};
  ValuesRecord& values = checkpoint.values.emplace();
  values.all = {1, 108, 0, 1, 2, 3, 4, 5, 0.5, 7.0};
  values.roles.counter.max_abs = 600.0;
  values.duplicates = {{"a.weight", "b.weight"}};
  checkpoint.optimizer = {true, 2, 3};
  checkpoint.meta = {{"iter", 600}};
  LogRecord& log = record.log.emplace();
  log.name = "a.log.json";
  log.error = {FileErrorKind::kUnreachable, "offline"};
  return record;
}

TEST(ExamineRecord, ComesBackAsItWasWritten) {
  const Json written = record_to_json(examined());
  const auto record = record_from_json<ExamineRecord>(written, "examine.json");
  EXPECT_EQ(record_to_json(record).dump(), written.dump());
  EXPECT_EQ(record.checkpoint->values->roles.counter.max_abs, 600.0);
  EXPECT_EQ(record.checkpoint->values->duplicates.at(0).later, "b.weight");
  EXPECT_EQ(record.checkpoint->error.has_value(), false);
  EXPECT_EQ(record.log->error->kind, FileErrorKind::kUnreachable);
  EXPECT_TRUE(std::isnan(record.log->last_miou));
}

TEST(ExamineRecord, WhatWasNotLookedAtIsNothing) {
  ExamineRecord record;
  record.checkpoint.emplace().name = "a.pth";
  const auto read = record_from_json<ExamineRecord>(record_to_json(record), "examine.json");
  EXPECT_FALSE(read.log.has_value());
  EXPECT_FALSE(read.checkpoint->stored.has_value());
  EXPECT_FALSE(read.checkpoint->state_dict.has_value());
  EXPECT_FALSE(read.checkpoint->values.has_value());
}

TEST(ExamineRecord, AKindOfErrorThatIsNotKnownIsRefused) {
  for (const auto kind : {FileErrorKind::kMissing, FileErrorKind::kUnreachable,
                          FileErrorKind::kChecksum, FileErrorKind::kUnreadable}) {
    FileErrorKind read{};
    EXPECT_TRUE(read_name(to_string(kind), read));
    EXPECT_EQ(read, kind);
  }
  Json written = record_to_json(examined());
  written["log"]["error"]["kind"] = "something new";
  try {
    record_from_json<ExamineRecord>(written, "examine.json", "measurements");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidJson);
    EXPECT_THAT(error.detail(), testing::StartsWith("measurements.log.error.kind: "));
  }
}

TEST(ExamineRecord, EveryRoleHasItsOwnStatistics) {
  RoleStatisticsRecord roles;
  std::int64_t count = 0;
  for (const auto role :
       {TensorRole::kConvolution, TensorRole::kNormParameter, TensorRole::kNormStatistics,
        TensorRole::kCounter, TensorRole::kOtherWeight, TensorRole::kIndex}) {
    roles.of(role).tensors = ++count;
  }
  const Json written = record_to_json(roles);
  for (const auto role :
       {TensorRole::kIndex, TensorRole::kOtherWeight, TensorRole::kCounter,
        TensorRole::kNormStatistics, TensorRole::kNormParameter, TensorRole::kConvolution}) {
    EXPECT_EQ(written.at(std::string(to_string(role))).at("tensors"), count--);
  }
}

}  // namespace
}  // namespace harness
