#include "harness/worker/job.h"

#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

Json example() {
  return {{"suite", "s"},
          {"row", {{"id", "fcn"}, {"method", "FCN"}, {"claims", Json::array()}}},
          {"data", {{"root", "/data"}, {"split", "val"}, {"height", 128}, {"width", 256}}},
          {"checkpoint", "/a.pth"},
          {"checkpoint_sha256", "00"},
          {"device", "cpu"},
          {"threads", 2},
          {"results", {{{"stage", "evaluate"}, {"precision", "fp16"}, {"key", "k"}}}},
          {"out", "/out/fcn"},
          {"argv", {"halfproof", "run"}}};
}

TEST(Job, ReadsWhatTheCommandWrites) {
  const Job job = job_from_json(example());
  EXPECT_EQ(job.row.id, "fcn");
  EXPECT_EQ(job.data.width, 256);
  ASSERT_EQ(job.results.size(), 1U);
  EXPECT_EQ(job.results[0].precision, "fp16");
  EXPECT_EQ(job.argv.size(), 2U);
}

TEST(Job, RefusesWhatItDoesNotKnow) {
  Json extra = example();
  extra["surprise"] = 1;
  EXPECT_THROW(job_from_json(extra), Error);
  Json missing = example();
  missing.erase("device");
  EXPECT_THROW(job_from_json(missing), Error);
}

}  // namespace
}  // namespace harness
