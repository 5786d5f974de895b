#include "harness/worker/memory_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/cuda.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/record/memory_record.h"
#include "harness/testing/minizoo_rows.h"

namespace harness {
namespace {

DrawnJob job_in(const std::filesystem::path& folder) {
  DrawnJob job;
  job.suite = "minizoo";
  job.row = minizoo_row("fcn_fp16").row;
  job.device = "cpu";
  job.out = folder / "row";
  job.results = {{"memory", "fp16", "key"}};
  return job;
}

TEST(MemoryJob, LeavesAResultForEachPrecision) {
  const TemporaryFolder folder;
  const DrawnJob job = job_in(folder.path());
  testing::internal::CaptureStdout();
  memory_job(job);
  EXPECT_THAT(testing::internal::GetCapturedStdout(), testing::HasSubstr("\"total\":2"));
  const auto results = read_run_results(job.out);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].stage, "memory");
  EXPECT_EQ(results[0].key, "key");
  const auto record = measurements_of<MemoryRecord>(results[0]);
  EXPECT_EQ(record.policy, "fp16-master");
  EXPECT_GT(record.tensors.bytes, 0);
}

/// A row whose step is large enough to be estimated.
DrawnJob larger_job_in(const std::filesystem::path& folder) {
  DrawnJob job = job_in(folder);
  job.row.recipe["crop"] = {256, 512};
  job.row.recipe["batch"] = 2;
  job.results.push_back({"memory", "fp32", "key"});
  return job;
}

TEST(MemoryJob, TakesNoMoreMemoryThanTheJobAllows) {
  const TemporaryFolder folder;
  DrawnJob job = larger_job_in(folder.path());
  job.memory_bytes = 1 << 20;
  try {
    memory_job(job);
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnavailable);
    EXPECT_THAT(error.detail(), testing::StartsWith("no memory"));
    EXPECT_THAT(error.detail(), testing::HasSubstr("1.00 MiB"));
  }
}

TEST(MemoryJob, NeedsAGpuForCuda) {
  if (torch::cuda::is_available()) GTEST_SKIP() << "a gpu: this is about machines without one";
  const TemporaryFolder folder;
  DrawnJob job = job_in(folder.path());
  job.device = "cuda";
  try {
    memory_job(job);
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnavailable);
    EXPECT_THAT(error.detail(), testing::StartsWith("no gpu"));
  }
}

}  // namespace
}  // namespace harness
