#include "harness/worker/train_job.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/testing/minizoo_rows.h"
#include "harness/testing/row_jobs.h"

namespace harness {
namespace {

/// A job as the command writes it.
Json example() {
  Json job = row_job_for_tests();
  job.update({{"pretrained", ""},
              {"precision", "fp16"},
              {"seed", 3},
              {"iterations", 0},
              {"digests", true},
              {"save_seconds", 20.0},
              {"key", "k"}});
  return job;
}

TEST(TrainJob, IsReadAsTheCommandWritesIt) {
  const TrainJob read = train_job_from_json(example());
  EXPECT_EQ(read.row.id, "fcn_r50w8-d8_64x128_600_fp16_scenes");
  EXPECT_EQ(read.data.height, 128);
  EXPECT_EQ(read.seed, 3u);
  EXPECT_TRUE(read.digests);
  EXPECT_EQ(read.save_seconds, 20.0);
  EXPECT_EQ(read.argv.size(), 2u);
}

TEST(TrainJob, AMissingOrUnknownKeyIsAnError) {
  Json missing = example();
  missing.erase("seed");
  EXPECT_THROW(train_job_from_json(missing), Error);
  Json unknown = example();
  unknown["sed"] = 1;
  EXPECT_THROW(train_job_from_json(unknown), Error);
}

TEST(TrainJob, LeavesTheResultAndTheFolderOfTheTraining) {
  const TemporaryFolder folder;
  const MinizooRow row = minizoo_row("fcn_fp16");
  TrainJob job = train_job_from_json(example());
  job.data.root = std::filesystem::absolute("fixtures/minizoo/data/scenes").string();
  job.checkpoint = row.checkpoint;
  job.pretrained = "fixtures/minizoo/zoo/pretrain/resnet50_v1c_w8-32c09ca3.pth";
  job.iterations = 1;
  job.out = folder.path() / "row";
  testing::internal::CaptureStdout();
  train_job(job);
  EXPECT_THAT(testing::internal::GetCapturedStdout(), testing::HasSubstr("\"progress\""));
  const auto results = read_run_results(job.out);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_TRUE(std::filesystem::exists(job.out / "train-fp16-seed3.json"));
  EXPECT_TRUE(std::filesystem::exists(job.out / "train-fp16-seed3" / "latest.pth"));
  EXPECT_EQ(results[0].stage, "train");
  EXPECT_EQ(results[0].key, "k");
  EXPECT_EQ(results[0].seed, 3);
  EXPECT_EQ(results[0].measurements.at("steps"), 1);
  EXPECT_EQ(results[0].digests.at("weights").size(), 64U);
  EXPECT_GT(results[0].elapsed_s, 0.0);
}

TEST(TrainJob, ItsFolderNamesPrecisionAndSeed) {
  EXPECT_EQ(training_folder("fp16-amp", 7), "train-fp16-amp-seed7");
}

}  // namespace
}  // namespace harness
