#include "harness/worker/speed_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/record/run_result.h"
#include "harness/testing/row_jobs.h"

namespace harness {
namespace {

Json example() {
  Json job = row_job_for_tests();
  job["checkpoint"] = "";
  job["results"] = {{{"stage", "speed"}, {"precision", "fp16"}, {"key", "k"}}};
  return job;
}

TEST(SpeedJob, IsReadAsTheCommandWritesIt) {
  const SpeedJob job = speed_job_from_json(example());
  ASSERT_EQ(job.results.size(), 1U);
  EXPECT_EQ(job.results[0].precision, "fp16");
  EXPECT_EQ(job.options.images, 200);
  EXPECT_EQ(job.options.layout, Layout::kContiguous);
  EXPECT_TRUE(job.options.source && job.options.own);
}

TEST(SpeedJob, TakesItsOptions) {
  Json job = example();
  job["speed"] = {{"layout", "channels-last"},
                  {"cudnn_benchmark", true},
                  {"images", 20},
                  {"seconds", 0.5},
                  {"own", false},
                  {"source", false}};
  const SpeedJob::Options options = speed_job_from_json(job).options;
  EXPECT_EQ(options.layout, Layout::kChannelsLast);
  EXPECT_TRUE(options.cudnn_benchmark);
  EXPECT_EQ(options.images, 20);
  EXPECT_EQ(options.seconds, 0.5);
  EXPECT_FALSE(options.own || options.source);
}

TEST(SpeedJob, RefusesWhatItDoesNotKnow) {
  for (const Json& speed : {Json{{"surprise", 1}}, Json{{"layout", "nhwc"}}, Json{{"images", 1}},
                            Json{{"seconds", -1.0}}, Json{{"own", 1}}}) {
    Json job = example();
    job["speed"] = speed;
    EXPECT_THROW(speed_job_from_json(job), Error) << speed;
  }
  Json stage = example();
  stage["results"][0]["stage"] = "evaluate";
  EXPECT_THROW(speed_job_from_json(stage), Error);
}

/// The first row of the mini zoo on small images.
class TimedRow : public testing::Test {
 protected:
  TimedRow() {
    job_ = speed_job_from_json(example());
    job_.data.height = 32;
    job_.data.width = 64;
    job_.out = folder_.path() / "out";
    job_.options.images = 7;
    job_.options.seconds = 0.0;
  }

  std::vector<RunResult> run() {
    testing::internal::CaptureStdout();
    speed_job(job_);
    output_ = testing::internal::GetCapturedStdout();
    return read_run_results(job_.out);
  }

  TemporaryFolder folder_;
  SpeedJob job_;
  std::string output_;
};

TEST_F(TimedRow, LeavesOneResultForEachPrecision) {
  job_.results = {{"speed", "fp16", "a"}, {"speed", "fp32", "b"}};
  const auto results = run();
  EXPECT_THAT(output_, testing::HasSubstr("\"progress\""));
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0].stage, "speed");
  EXPECT_EQ(results[0].precision, "fp16");
  EXPECT_EQ(results[0].key, "a");
  EXPECT_GT(results[0].elapsed_s, 0.0);
  const auto half = measurements_of<SpeedRecord>(results[0]);
  const auto single = measurements_of<SpeedRecord>(results[1]);
  ASSERT_TRUE(half.source && half.own && half.own->speedup && single.own);
  EXPECT_EQ(half.source->wanted, 7);
  EXPECT_EQ(half.source->seconds.size(), 2U);
  EXPECT_EQ(half.own->speedup->reference_seconds, single.own->seconds);
  EXPECT_FALSE(single.own->speedup.has_value());
  EXPECT_EQ(half.image.convolution_flops, single.image.convolution_flops);
  EXPECT_FALSE(half.kernels || half.roof_before || half.roof_after || half.source->clocks);
}

TEST_F(TimedRow, Fp32IsTimedBesideHalfWhereItIsNotWanted) {
  job_.options.source = false;
  const auto results = run();
  ASSERT_EQ(results.size(), 1U);
  const auto half = measurements_of<SpeedRecord>(results[0]);
  EXPECT_FALSE(half.source.has_value());
  ASSERT_TRUE(half.own && half.own->speedup);
  EXPECT_EQ(half.own->speedup->reference, "fp32");
}

TEST_F(TimedRow, WithBenchmarksTheSourcesProtocolIsLeftOut) {
  job_.options.cudnn_benchmark = true;
  const auto results = run();
  ASSERT_EQ(results.size(), 1U);
  const auto half = measurements_of<SpeedRecord>(results[0]);
  EXPECT_TRUE(half.setup.cudnn_benchmark);
  EXPECT_FALSE(half.source.has_value());
  EXPECT_TRUE(half.own.has_value());
  EXPECT_TRUE(results[0].environment.library->cudnn.benchmark);
}

TEST_F(TimedRow, SaysWhenTheSuiteKnowsNoSizeOfImages) {
  job_.data.width = 0;
  EXPECT_THROW(run(), Error);
  testing::internal::GetCapturedStdout();
}

}  // namespace
}  // namespace harness
