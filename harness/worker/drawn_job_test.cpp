#include "harness/worker/drawn_job.h"

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/testing/row_jobs.h"

namespace harness {
namespace {

Json job_for_tests() {
  Json job = row_job_for_tests();
  job["results"] = {{{"stage", "memory"}, {"precision", "fp16"}, {"key", "k"}}};
  return job;
}

TEST(DrawnJob, NamesTheResultsToWrite) {
  const DrawnJob job = drawn_job_from_json(job_for_tests());
  ASSERT_EQ(job.results.size(), 1U);
  EXPECT_EQ(job.results[0].stage, "memory");
  EXPECT_EQ(job.results[0].precision, "fp16");
  EXPECT_EQ(job.results[0].key, "k");
  EXPECT_EQ(job.data.height, 128);
}

TEST(DrawnJob, AKeyThatIsMissingOrUnknownIsRefused) {
  const auto code_of = [](const Json& job) {
    try {
      drawn_job_from_json(job);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::kIo;
  };
  Json job = job_for_tests();
  job["more"] = 1;
  EXPECT_EQ(code_of(job), ErrorCode::kInvalidSuite);
  job = job_for_tests();
  job["results"][0].erase("key");
  EXPECT_EQ(code_of(job), ErrorCode::kInvalidSuite);
}

}  // namespace
}  // namespace harness
