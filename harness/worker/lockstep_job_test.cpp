#include "harness/worker/lockstep_job.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
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
  EXPECT_EQ(result.measurements.at("policy"), "fp16-master");
  EXPECT_EQ(result.measurements.at("digits"), 11);
  EXPECT_EQ(result.measurements.at("steps"), 1);
  const Json& step = result.measurements.at("series").at(0);
  EXPECT_EQ(step.at("lr"), 0.05);
  // Half lies where its rounding takes it, FP32 far nearer; no gradient is lost to the scale.
  const Json& gradient = step.at("distance").at("gradient");
  EXPECT_NEAR(gradient.at("policy").get<double>() / gradient.at("twin").get<double>(), 1.0, 0.5);
  EXPECT_LT(gradient.at("fp32"), gradient.at("twin").get<double>() / 100);
  EXPECT_LT(step.at("gradients").at("flushed"),
            step.at("gradients").at("looked_at").get<double>() / 1000);

  // Without a scale most gradients are subnormal, and some are gone.
  job.row.arithmetic->scaler = ScalerOptions{};
  testing::internal::CaptureStdout();
  lockstep_job(job);
  testing::internal::GetCapturedStdout();
  const Json unscaled = read_run_results(job.out).at(0).measurements;
  EXPECT_EQ(unscaled.at("scaler"), "none");
  const Json& small = unscaled.at("series").at(0).at("gradients");
  EXPECT_GT(small.at("half_subnormals"), small.at("looked_at").get<double>() / 2);
  EXPECT_GT(small.at("flushed"), small.at("looked_at").get<double>() / 1000);

  job.pretrained = row.checkpoint;
  EXPECT_THROW(lockstep_job(job), Error);
}

}  // namespace
}  // namespace harness
