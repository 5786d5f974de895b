#include "harness/worker/paper_job.h"

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/testing/row_jobs.h"

namespace harness {
namespace {

/// A job as the command writes it.
Json job() {
  Json job = row_job_for_tests();
  job.update({{"pretrained", ""}, {"experiment", "overflow"}, {"seed", 3}, {"out", "out.json"}});
  return job;
}

TEST(PaperJob, IsReadAsTheCommandWritesItAndNoOtherWay) {
  const PaperJob read = paper_job_from_json(job());
  EXPECT_EQ(read.row.id, "fcn_r50w8-d8_64x128_600_fp16_scenes");
  EXPECT_EQ(read.experiment, "overflow");
  EXPECT_EQ(read.seed, 3u);
  EXPECT_EQ(read.out, "out.json");
  Json missing = job();
  missing.erase("seed");
  EXPECT_THROW(paper_job_from_json(missing), Error);
  Json unknown = job();
  unknown["sed"] = 1;
  EXPECT_THROW(paper_job_from_json(unknown), Error);
  Json other = job();
  other["experiment"] = "overflows";
  EXPECT_THROW(paper_job(paper_job_from_json(other)), Error);
}

}  // namespace
}  // namespace harness
