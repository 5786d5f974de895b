#include "harness/worker/paper_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/testing/row_jobs.h"
#include "harness/testing/suite_documents.h"

namespace harness {
namespace {

/// A job as the command writes it.
Json job() {
  Json job = row_job_for_tests();
  job.update({{"pretrained", ""},
              {"experiment", "overflow"},
              {"seed", 3},
              {"key", "k"},
              {"out", "out.json"}});
  return job;
}

TEST(PaperJob, IsReadAsTheCommandWritesIt) {
  const PaperJob read = paper_job_from_json(job());
  EXPECT_EQ(read.row.id, "fcn_r50w8-d8_64x128_600_fp16_scenes");
  EXPECT_EQ(read.experiment, "overflow");
  EXPECT_EQ(read.seed, 3u);
  EXPECT_EQ(read.key, "k");
  EXPECT_EQ(read.out, "out.json");
}

TEST(PaperJob, ALostKeyIsRefused) {
  for (const char* key : {"seed", "key"}) {
    Json missing = job();
    missing.erase(key);
    EXPECT_THAT(message_of([&] { paper_job_from_json(missing); }), testing::HasSubstr(key));
  }
}

TEST(PaperJob, AnUnknownKeyIsRefused) {
  Json unknown = job();
  unknown["sed"] = 1;
  EXPECT_THAT(message_of([&] { paper_job_from_json(unknown); }), testing::HasSubstr("sed"));
}

TEST(PaperJob, AnUnknownExperimentIsRefused) {
  Json other = job();
  other["experiment"] = "overflows";
  const PaperJob read = paper_job_from_json(other);
  EXPECT_THAT(message_of([&] { paper_job(read); }), testing::HasSubstr("overflows"));
}

}  // namespace
}  // namespace harness
