#include "harness/worker/train_job.h"

#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

/// A job as the command writes it.
Json job() {
  const Suite suite = read_suite("suites/minizoo.json");
  return {{"suite", "minizoo"},
          {"row", to_json(suite.rows.front())},
          {"data", {{"root", "/data"}, {"split", "val"}, {"height", 128}, {"width", 256}}},
          {"checkpoint", "a.pth"},
          {"pretrained", ""},
          {"precision", "fp16"},
          {"seed", 3},
          {"iterations", 0},
          {"digests", true},
          {"save_seconds", 20.0},
          {"device", "cpu"},
          {"threads", 2},
          {"key", "k"},
          {"out", "out"},
          {"argv", {"halfproof", "run"}}};
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
