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

/// One step of the FCN row.
class LockstepJob : public testing::Test {
 protected:
  LockstepJob() {
    const MinizooRow row = minizoo_row("fcn_fp16");
    job_.suite = "minizoo";
    job_.row = row.row;
    job_.data.root = std::filesystem::absolute("fixtures/minizoo/data/scenes").string();
    job_.checkpoint = row.checkpoint;
    job_.pretrained = "fixtures/minizoo/zoo/pretrain/resnet50_v1c_w8-32c09ca3.pth";
    job_.precision = "fp16";
    job_.seed = 3;
    job_.iterations = 1;
    job_.device = "cpu";
    job_.key = "key";
    job_.out = folder_.path() / "row";
  }

  /// What the job printed.
  std::string run() const {
    testing::internal::CaptureStdout();
    lockstep_job(job_);
    return testing::internal::GetCapturedStdout();
  }

  TemporaryFolder folder_;
  TrainJob job_;
};

TEST_F(LockstepJob, LeavesTheSeriesOfARow) {
  EXPECT_THAT(run(), testing::HasSubstr("\"progress\""));
  EXPECT_TRUE(std::filesystem::exists(job_.out / "lockstep-fp16-seed3.json"));
  const RunResult result = read_run_results(job_.out).at(0);
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
}

TEST_F(LockstepJob, WithoutAScaleMostGradientsAreSubnormalAndSomeAreGone) {
  job_.row.arithmetic->scaler = ScalerOptions{};
  run();
  const auto unscaled = measurements_of<LockstepRecord>(read_run_results(job_.out).at(0));
  EXPECT_EQ(unscaled.scaler, "none");
  const LockstepGradients& small = unscaled.series.at(0).gradients;
  EXPECT_GT(small.half_subnormals, small.looked_at / 2);
  EXPECT_GT(small.flushed, small.looked_at / 1000);
}

TEST_F(LockstepJob, AWholeModelIsNoPretrainedBackbone) {
  job_.pretrained = job_.checkpoint;
  EXPECT_THROW(lockstep_job(job_), Error);
}

}  // namespace
}  // namespace harness
