#include "harness/cli/run_directory.h"

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"

namespace harness {
namespace {

Suite suite_named(const std::string& name) {
  Suite suite;
  suite.name = name;
  return suite;
}

JobRecord job_of_a_training() {
  JobRecord job;
  job.suite = "s";
  job.suite_file = "s.json";
  job.device = "cpu";
  job.rows = {"fcn"};
  job.stages = {"train"};
  job.seeds = {3};
  job.asked = {{"fcn", "examine", "", {}, ""}, {"fcn", "train", "fp16", 3, ""}};
  return job;
}

RunResult result_of(RunStatus status) {
  RunResult result;
  result.suite = "s";
  result.row = "fcn";
  result.stage = "evaluate";
  result.precision = "fp16";
  result.key = "k";
  result.status = status;
  return result;
}

TEST(RunDirectory, KnowsWhatIsFinishedByItsKey) {
  const TemporaryFolder folder;
  const RunDirectory directory(folder.path() / "run", suite_named("s"));
  directory.write_result(result_of(RunStatus::kOk));
  EXPECT_TRUE(directory.has_result({"fcn", "evaluate", "fp16", {}, "k"}));
  EXPECT_FALSE(directory.has_result({"fcn", "evaluate", "fp16", {}, "other"}));
  EXPECT_FALSE(directory.has_result({"fcn", "evaluate", "fp32", {}, "k"}));
  EXPECT_FALSE(directory.has_result({"fcn", "evaluate", "fp16", 0, "k"}));
}

TEST(RunDirectory, AResultOfAnotherEnvironmentIsMadeAgain) {
  const TemporaryFolder folder;
  const RunDirectory directory(folder.path() / "run", suite_named("s"));
  RunResult result = result_of(RunStatus::kOk);
  result.environment.build.commit = "another";
  directory.write_result(result);
  EXPECT_FALSE(directory.has_result({"fcn", "evaluate", "fp16", {}, "k"}));
}

TEST(RunDirectory, AnErrorOrATornFileIsMadeAgain) {
  const TemporaryFolder folder;
  const RunDirectory directory(folder.path() / "run", suite_named("s"));
  directory.write_result(result_of(RunStatus::kError));
  EXPECT_FALSE(directory.has_result({"fcn", "evaluate", "fp16", {}, "k"}));
  write_file_atomic(directory.row_folder("fcn") / "evaluate-fp16.json", "{\"schema\": ");
  EXPECT_FALSE(directory.has_result({"fcn", "evaluate", "fp16", {}, "k"}));
}

TEST(RunDirectory, OneProcessAtATime) {
  const TemporaryFolder folder;
  const RunDirectory directory(folder.path() / "run", suite_named("s"));
  EXPECT_THROW(RunDirectory(folder.path() / "run", suite_named("s")), Error);
}

TEST(RunDirectory, RefusesTheRunOfAnotherSuite) {
  const TemporaryFolder folder;
  {
    RunDirectory directory(folder.path() / "run", suite_named("s"));
    directory.write_job(job_of_a_training(), suite_named("s"));
  }
  EXPECT_THROW(RunDirectory(folder.path() / "run", suite_named("t")), Error);
  EXPECT_NO_THROW(RunDirectory(folder.path() / "run", suite_named("s")));
}

TEST(RunDirectory, RefusesTheRunOfAnotherVersion) {
  const TemporaryFolder folder;
  write_json_file(folder.path() / "run.json", {{"schema", "halfproof.job/1"}, {"suite", "s"}});
  EXPECT_THROW(RunDirectory(folder.path(), suite_named("s")), Error);
}

TEST(RunDirectory, WhatIsAskedForStandsInRunJsonBeforeItBegins) {
  const TemporaryFolder folder;
  RunDirectory directory(folder.path(), suite_named("s"));
  directory.write_job(job_of_a_training(), suite_named("s"));
  EXPECT_EQ(read_job(folder.path()).asked.at(1).key, "");
  directory.ask({{"fcn", "train", "fp16", 3, "t"}, {"fcn", "train", "fp32", 3, "u"}});
  const auto asked = read_job(folder.path()).asked;
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_EQ(asked[1].key, "t");
  EXPECT_EQ(asked[2].precision, "fp32");
}

TEST(RunDirectory, KeepsTheBytesOfTheSuiteThatRunJsonNames) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "s.json";
  // Not as halfproof would write it.
  write_file_atomic(file, R"({"name":"s","schema":"halfproof.suite/1",  "rows":)"
                          R"([{"method":"FCN","id":"fcn","claims":[]}]})");
  const Suite suite = read_suite(file);
  JobRecord job;
  start_job(job, suite, file, {&suite.rows.front()}, {});
  RunDirectory directory(folder.path() / "run", suite);
  directory.write_job(job, suite);
  const auto stored = directory.folder() / "suite.json";
  EXPECT_EQ(read_file(stored), read_file(file));
  EXPECT_EQ(sha256_file(stored),
            read_json_file(directory.folder() / "run.json").at("suite_digest"));
}

TEST(ResultKey, ChangesWithInputsAndNotWithClaims) {
  Row row;
  row.id = "fcn";
  row.method = "FCN";
  const auto key = result_key(row, "evaluate", "fp16", "cpu", Json{{"checkpoint", "a"}});
  Row judged = row;
  judged.claims.emplace_back();
  EXPECT_EQ(result_key(judged, "evaluate", "fp16", "cpu", Json{{"checkpoint", "a"}}), key);
  EXPECT_NE(result_key(row, "evaluate", "fp16", "cpu", Json{{"checkpoint", "b"}}), key);
  EXPECT_NE(result_key(row, "evaluate", "fp32", "cpu", Json{{"checkpoint", "a"}}), key);
}

TEST(KeyParts, NameWhatDeterminesAResult) {
  Row row;
  row.id = "fcn";
  row.method = "FCN";
  row.recipe = {{"batch", 4}};
  row.claims.emplace_back();
  const Json parts = key_parts(row, "train", "fp16", "cpu", Json{{"seed", 3}});
  EXPECT_EQ(parts.at("stage"), "train");
  EXPECT_EQ(parts.at("row.recipe"), (Json{{"batch", 4}}));
  EXPECT_EQ(parts.at("seed"), 3);
  EXPECT_FALSE(parts.contains("row.claims"));
  EXPECT_EQ(key_parts(row, "train", "fp16", "cpu", Json()).size(), parts.size() - 1);
}

TEST(DataFingerprint, ChangesWhenAFileDoes) {
  const TemporaryFolder folder;
  EXPECT_EQ(data_fingerprint(folder.path(), "val"), "");
  const auto image = folder.path() / "leftImg8bit" / "val" / "city" / "a.png";
  write_file_atomic(image, "one");
  const auto before = data_fingerprint(folder.path(), "val");
  EXPECT_EQ(data_fingerprint(folder.path(), "val"), before);
  write_file_atomic(image, "three");
  EXPECT_NE(data_fingerprint(folder.path(), "val"), before);
}

}  // namespace
}  // namespace harness
