#include "harness/worker/paper_job.h"

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
          {"experiment", "overflow"},
          {"seed", 3},
          {"device", "cpu"},
          {"threads", 2},
          {"out", "out.json"},
          {"argv", {"halfproof", "paper"}}};
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
