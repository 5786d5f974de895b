#include "harness/cli/stages/verify_stage.h"

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

TEST(VerifyRow, RecordsWhatIsInTheMiniZoosFiles) {
  const Suite suite = read_suite("suites/minizoo.json");
  const VerifiedRow verified = verify_row(suite, select_row(suite, kRow), StoreOptions{});
  const Json& checkpoint = verified.result.measurements.at("checkpoint");
  EXPECT_TRUE(checkpoint.at("sha256").get<std::string>().starts_with("2eb5a165"));
  EXPECT_EQ(checkpoint.at("format"), "legacy");
  EXPECT_EQ(checkpoint.at("state_dict").at(0).at(1), "float16");
  EXPECT_EQ(checkpoint.at("statistics").at("non_finite"), 0);
  EXPECT_GT(checkpoint.at("statistics").at("elements").get<std::int64_t>(), 100000);
  EXPECT_EQ(checkpoint.at("config").at("optimizer_config").at("loss_scale"), 512.0);
  EXPECT_FALSE(checkpoint.at("meta").contains("config"));
  const Json& log = verified.result.measurements.at("log");
  EXPECT_NEAR(log.at("last_miou").get<double>(), 52.05, 1e-9);
  EXPECT_EQ(log.at("last_iteration"), 600);
  EXPECT_TRUE(fs::exists(verified.checkpoint));
}

TEST(VerifyRow, NoSecretOfAUrlIsRecorded) {
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
  const Json result = to_json(verify_row(suite, row, store).result);
  EXPECT_EQ(result.at("measurements").at("checkpoint").at("name"), "a.pth");
  EXPECT_THAT(result.dump(), testing::Not(testing::ContainsRegex("hunter2|token|ann:")));
}

TEST(VerifyRow, ALocalFileThatIsNotTheLockedOneIsAnError) {
  const TemporaryFolder folder;
  Suite suite;
  suite.folder = folder.path();
  Row row;
  row.id = "fcn";
  row.log = "a.log.json";
  StoreOptions store;
  store.lock = folder.path() / "lock.json";
  const auto log_of = [&](const char* text) {
    write_file_atomic(folder.path() / "a.log.json", text);
    return verify_row(suite, row, store).result.measurements.at("log");
  };
  EXPECT_FALSE(log_of(R"({"mode": "train", "iter": 5, "loss": 1.5})").contains("error"));
  const Json changed = log_of(R"({"mode": "train", "iter": 5, "loss": 0.5})");
  EXPECT_EQ(changed.at("error_kind"), "checksum");
  EXPECT_EQ(changed.at("sha256").get<std::string>().size(), 64U);
  EXPECT_FALSE(changed.contains("train_lines"));
}

TEST(VerifyRow, WhatIsMissingOrBrokenIsARecordAndNotTheEnd) {
  const TemporaryFolder folder;
  Suite suite;
  suite.name = "s";
  suite.folder = folder.path();
  Row row;
  row.id = "fcn";
  row.checkpoint = "gone.pth";
  write_file_atomic(folder.path() / "broken.log.json", "not json\n");
  row.log = "broken.log.json";
  const VerifiedRow verified = verify_row(suite, row, StoreOptions{});
  const Json& measurements = verified.result.measurements;
  EXPECT_EQ(measurements.at("checkpoint").at("error_kind"), "missing");
  EXPECT_EQ(measurements.at("log").at("error_kind"), "unreadable");
  EXPECT_FALSE(measurements.at("log").at("sha256").get<std::string>().empty());
  EXPECT_TRUE(verified.checkpoint.empty());
}

}  // namespace
}  // namespace harness
