#include "harness/worker/train_job.h"

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/testing/row_jobs.h"

namespace harness {
namespace {

/// A job as the command writes it.
Json job() {
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
  const TrainJob read = train_job_from_json(job());
  EXPECT_EQ(read.row.id, "fcn_r50w8-d8_64x128_600_fp16_scenes");
  EXPECT_EQ(read.data.height, 128);
  EXPECT_EQ(read.seed, 3u);
  EXPECT_TRUE(read.digests);
  EXPECT_EQ(read.save_seconds, 20.0);
  EXPECT_EQ(read.argv.size(), 2u);
}

TEST(TrainJob, AMissingOrUnknownKeyIsAnError) {
  Json missing = job();
  missing.erase("seed");
  EXPECT_THROW(train_job_from_json(missing), Error);
  Json unknown = job();
  unknown["sed"] = 1;
  EXPECT_THROW(train_job_from_json(unknown), Error);
}

TEST(TrainJob, ItsFolderNamesPrecisionAndSeed) {
  EXPECT_EQ(training_folder("fp16-amp", 7), "train-fp16-amp-seed7");
}

}  // namespace
}  // namespace harness
