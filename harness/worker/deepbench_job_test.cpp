#include "harness/worker/deepbench_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {
using testing::HasSubstr;

class DeepbenchJobs : public testing::Test {
 protected:
  /// A job as the command writes it.
  Json job() const {
    const Json gemm = {{"id", "g"}, {"op", "gemm"}, {"m", 16}, {"n", 8}, {"k", 32}};
    Json image = {{"id", "c"}, {"op", "convolution"}};
    image.update({{"n", 1}, {"c", 2}, {"h", 6}, {"w", 6}, {"k", 4}, {"r", 3}, {"s", 3}});
    return {{"suite", "own"},
            {"threads", 1},
            {"memory_bytes", 0},
            {"seconds", 0.01},
            {"budget_s", 0.0},
            {"out", folder_.path().string()},
            {"tasks",
             {{{"problem", gemm}, {"precision", "fp16"}, {"key", "k1"}},
              {{"problem", image}, {"precision", "fp32"}, {"key", "k2"}}}}};
  }

  DeepbenchRecord record(const char* name) const {
    const auto file = folder_.path() / name;
    return deepbench_record_from_json(read_json_file(file), file.string());
  }

  TemporaryFolder folder_;
};

TEST_F(DeepbenchJobs, EachProblemLeavesARecord) {
  testing::internal::CaptureStdout();
  deepbench_job(deepbench_job_from_json(job()));
  EXPECT_THAT(testing::internal::GetCapturedStdout(), HasSubstr("\"total\":2"));
  const DeepbenchRecord gemm = record("g-fp16.json");
  EXPECT_EQ(gemm.suite, "own");
  EXPECT_EQ(gemm.key, "k1");
  EXPECT_EQ(gemm.status, RunStatus::kOk);
  EXPECT_EQ(gemm.work.at("k"), 32);
  ASSERT_EQ(gemm.kernels.size(), 1U);
  EXPECT_EQ(gemm.kernels[0].check.outcome, CheckOutcome::kRight);
  EXPECT_EQ(gemm.environment.library.value().threads, 1);
  EXPECT_EQ(record("c-fp32.json").kernels.size(), 3U);
}

TEST_F(DeepbenchJobs, WhatDoesNotFitIsSkippedWithBothNumbers) {
  Json small = job();
  small["memory_bytes"] = 2048;
  deepbench_job(deepbench_job_from_json(small));
  const DeepbenchRecord gemm = record("g-fp16.json");
  EXPECT_EQ(gemm.status, RunStatus::kSkipped);
  // (4 (512 + 256) + 3 128) 2 + 8 (512 + 256 + 128) bytes.
  EXPECT_EQ(gemm.reason, "memory: 13.75 KiB are needed, 2.00 KiB are free");
}

TEST_F(DeepbenchJobs, NothingIsBegunAfterTheBudget) {
  Json hasty = job();
  hasty["budget_s"] = 1e-9;
  deepbench_job(deepbench_job_from_json(hasty));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "c-fp32.json"));
}

TEST_F(DeepbenchJobs, AJobOfAnotherFormIsRefused) {
  for (const char* key : {"threads", "seconds", "budget_s", "tasks", "out"}) {
    Json missing = job();
    missing.erase(key);
    EXPECT_THROW(deepbench_job_from_json(missing), Error) << key;
  }
  Json other = job();
  other["tasks"][0]["precision"] = "int8";
  EXPECT_THROW(deepbench_job_from_json(other), Error);
  other = job();
  other["tasks"][1]["problem"]["groups"] = 3;
  EXPECT_THROW(deepbench_job_from_json(other), Error);
}

}  // namespace
}  // namespace harness
