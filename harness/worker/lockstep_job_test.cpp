#include "harness/worker/lockstep_job.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/record/lockstep_record.h"
#include "harness/record/run_result.h"
#include "harness/testing/minizoo_rows.h"

namespace harness {
namespace {

TEST(LockstepJob, LeavesTheSeriesOfARow) {
  const TemporaryFolder folder;
  const MinizooRow row = minizoo_rows().at(0);
  TrainJob job;
  job.suite = "minizoo";
  job.row = row.row;
  job.data.root = std::filesystem::absolute("fixtures/minizoo/data/scenes").string();
  job.checkpoint = row.checkpoint;
  job.pretrained = "fixtures/minizoo/zoo/pretrain/resnet50_v1c_w8-32c09ca3.pth";
  job.precision = "fp16";
  job.seed = 3;
  job.iterations = 1;
  job.device = "cpu";
  job.key = "key";
  job.out = folder.path() / "row";
  testing::internal::CaptureStdout();
  lockstep_job(job);
  EXPECT_THAT(testing::internal::GetCapturedStdout(), testing::HasSubstr("\"progress\""));
  ASSERT_TRUE(std::filesystem::exists(job.out / "lockstep-fp16-seed3.json"));
  const RunResult result = read_run_results(job.out).at(0);
  EXPECT_EQ(result.stage, "lockstep");
  EXPECT_EQ(result.seed, 3);
  const auto record = measurements_of<LockstepRecord>(result);
  EXPECT_EQ(record.policy, "fp16-master");
  EXPECT_EQ(record.scaler, "static");
  EXPECT_EQ(record.digits, 11);
  EXPECT_EQ(record.steps, 1);
  ASSERT_EQ(record.series.size(), 1u);
  const LockstepStep& step = record.series.front();
  EXPECT_EQ(step.lr, 0.05);
  // Half lies where its rounding takes it, FP32 far nearer; no gradient is lost to the scale.
  const LockstepDistance& gradient = step.distance.gradient;
  EXPECT_NEAR(gradient.policy / gradient.twin, 1.0, 0.5);
  EXPECT_LT(gradient.fp32, gradient.twin / 100);
  EXPECT_LT(step.gradients.flushed, step.gradients.looked_at / 1000);

  // Without a scale most gradients are subnormal, and some are gone.
  job.row.arithmetic->scaler = ScalerOptions{};
  testing::internal::CaptureStdout();
  lockstep_job(job);
  testing::internal::GetCapturedStdout();
  const auto unscaled = measurements_of<LockstepRecord>(read_run_results(job.out).at(0));
  EXPECT_EQ(unscaled.scaler, "none");
  const LockstepGradients& small = unscaled.series.at(0).gradients;
  EXPECT_GT(small.half_subnormals, small.looked_at / 2);
  EXPECT_GT(small.flushed, small.looked_at / 1000);

  job.pretrained = row.checkpoint;
  EXPECT_THROW(lockstep_job(job), Error);
}

}  // namespace
}  // namespace harness
