#include "harness/cli/stages/examine_stage.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kRow = "fcn_r50w8-d8_64x128_600_fp16_scenes";

TEST(AbsoluteLocation, StartsAtTheSuiteUnlessItIsAUrl) {
  Suite suite;
  suite.folder = "/zoo/suites";
  EXPECT_EQ(absolute_location(suite, "../a.pth"), "/zoo/a.pth");
  EXPECT_EQ(absolute_location(suite, "https://h/a.pth"), "https://h/a.pth");
  EXPECT_EQ(absolute_location(suite, "/b/a.pth"), "/b/a.pth");
}

TEST(LockFile, LiesInTheChecksumsFolderWhereThereIsOne) {
  const TemporaryFolder folder;
  Suite suite;
  suite.name = "s";
  suite.folder = folder.path() / "suites";
  EXPECT_EQ(lock_file_of(suite), folder.path() / "suites" / "s.lock.json");
  fs::create_directory(folder.path() / "checksums");
  EXPECT_EQ(lock_file_of(suite), folder.path() / "checksums" / "s.lock.json");
}

TEST(LockFile, OfASuiteIsReadAndNeverWrittenByARunUnlessItIsNamed) {
  const TemporaryFolder folder;
  Suite suite;
  suite.name = "s";
  suite.folder = folder.path();
  Row row;
  row.id = "fcn";
  row.log = "a.log.json";
  write_file_atomic(folder.path() / "a.log.json", R"({"mode": "train", "iter": 5, "loss": 1.5})");
  examine_row(suite, row, store_options(suite, "", "", /*offline=*/true));
  EXPECT_FALSE(fs::exists(lock_file_of(suite)));
  const fs::path named = folder.path() / "named.lock.json";
  examine_row(suite, row, store_options(suite, "", named, /*offline=*/true));
  EXPECT_TRUE(fs::exists(named));
  fs::rename(named, lock_file_of(suite));
  write_file_atomic(folder.path() / "a.log.json", R"({"mode": "train", "iter": 5, "loss": 0.5})");
  const auto examined = examine_row(suite, row, store_options(suite, "", "", /*offline=*/true));
  EXPECT_EQ(examined.record.log.value().error.value().kind, FileErrorKind::kChecksum);
}

TEST(ExamineRow, RecordsWhatIsInTheMiniZoosFiles) {
  const Suite suite = read_suite("suites/minizoo.json");
  const ExaminedRow examined = examine_row(suite, select_row(suite, kRow), StoreOptions{});
  const auto record = measurements_of<ExamineRecord>(examined.result);
  const CheckpointRecord& checkpoint = record.checkpoint.value();
  EXPECT_FALSE(checkpoint.error.has_value());
  EXPECT_TRUE(checkpoint.stored.value().sha256.starts_with("2eb5a165"));
  EXPECT_EQ(checkpoint.format, "legacy");
  EXPECT_EQ(checkpoint.state_dict.value().at(0).dtype, "float16");
  EXPECT_EQ(checkpoint.values.value().all.non_finite, 0);
  EXPECT_GT(checkpoint.values.value().all.elements, 100000);
  EXPECT_EQ(checkpoint.config.at("optimizer_config").at("loss_scale"), 512.0);
  EXPECT_FALSE(checkpoint.meta.contains("config"));
  const LogRecord& log = record.log.value();
  EXPECT_FALSE(log.error.has_value());
  EXPECT_NEAR(log.last_miou, 52.05, 1e-9);
  EXPECT_EQ(log.last_iteration, 600);
  EXPECT_TRUE(log.config.is_object());
  EXPECT_FALSE(log.environment.contains("config"));
  EXPECT_TRUE(fs::exists(examined.checkpoint));
  EXPECT_EQ(examined.checkpoint_sha256(), examined.result.digests.at("checkpoint"));
}

TEST(ExamineRow, AMiouOfUnknownScaleIsRecordedAsAText) {
  const TemporaryFolder folder;
  Suite suite;
  suite.folder = folder.path();
  Row row;
  row.id = "fcn";
  row.log = "a.log.json";
  write_file_atomic(folder.path() / "a.log.json", R"({"mode": "val", "iter": 5, "mIoU": 0.4})");
  const LogRecord log = examine_row(suite, row, {}).record.log.value();
  EXPECT_TRUE(std::isnan(log.last_miou));
  EXPECT_EQ(log.last_validation["mIoU"], "0.4, a fraction or a percentage");
}

TEST(ExamineRow, NoSecretOfAUrlIsRecorded) {
  const TemporaryFolder folder;
  Suite suite;
  suite.folder = folder.path();
  Row row;
  row.id = "fcn";
  row.checkpoint = "https://ann:hunter2@zoo.invalid/a.pth?token=abc";
  row.log = "https://ann:hunter2@zoo.invalid:99999/a.log.json?token=abc";
  StoreOptions store;
  store.cache = folder.path();
  store.offline = true;
  const Json result = to_json(examine_row(suite, row, store).result);
  EXPECT_EQ(result.at("measurements").at("checkpoint").at("name"), "a.pth");
  EXPECT_THAT(result.dump(), testing::Not(testing::ContainsRegex("hunter2|token|ann:")));
}

TEST(ExamineRow, ALocalFileThatIsNotTheLockedOneIsAnError) {
  const TemporaryFolder folder;
  Suite suite;
  suite.folder = folder.path();
  Row row;
  row.id = "fcn";
  row.log = "a.log.json";
  row.checkpoint = "broken.pth";
  write_file_atomic(folder.path() / "broken.pth", "no checkpoint");
  StoreOptions store;
  store.lock = folder.path() / "lock.json";
  const auto log_of = [&](const char* text) {
    write_file_atomic(folder.path() / "a.log.json", text);
    return examine_row(suite, row, store).record.log.value();
  };
  EXPECT_FALSE(log_of(R"({"mode": "train", "iter": 5, "loss": 1.5})").error.has_value());
  const LogRecord changed = log_of(R"({"mode": "train", "iter": 5, "loss": 0.5})");
  EXPECT_EQ(changed.error.value().kind, FileErrorKind::kChecksum);
  EXPECT_EQ(changed.stored.value().sha256.size(), 64U);
  EXPECT_EQ(changed.train_lines, 0);
  EXPECT_TRUE(examine_row(suite, row, store).checkpoint.empty());
}

TEST(ExamineRow, WhatIsMissingOrBrokenIsARecordAndNotTheEnd) {
  const TemporaryFolder folder;
  Suite suite;
  suite.name = "s";
  suite.folder = folder.path();
  Row row;
  row.id = "fcn";
  row.checkpoint = "gone.pth";
  write_file_atomic(folder.path() / "broken.log.json", "not json\n");
  row.log = "broken.log.json";
  const ExaminedRow examined = examine_row(suite, row, StoreOptions{});
  const auto record = measurements_of<ExamineRecord>(examined.result);
  EXPECT_EQ(record.checkpoint.value().error.value().kind, FileErrorKind::kMissing);
  EXPECT_FALSE(record.checkpoint->stored.has_value());
  EXPECT_EQ(record.log.value().error.value().kind, FileErrorKind::kUnreadable);
  EXPECT_FALSE(record.log->stored.value().sha256.empty());
  EXPECT_TRUE(examined.checkpoint.empty());
}

TEST(ExamineCheckpoint, NeedsNoSuite) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "a.pth", "no checkpoint");
  const CheckpointRecord broken = examine_checkpoint(folder.path() / "a.pth");
  EXPECT_EQ(broken.name, "a.pth");
  EXPECT_EQ(broken.error.value().kind, FileErrorKind::kUnreadable);
  EXPECT_EQ(broken.stored.value().size, 13);
  const CheckpointRecord gone = examine_checkpoint(folder.path() / "b.pth");
  EXPECT_EQ(gone.error.value().kind, FileErrorKind::kMissing);
}

}  // namespace
}  // namespace harness
