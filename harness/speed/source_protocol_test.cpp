#include "harness/speed/source_protocol.h"

#include <numeric>

#include <ATen/Context.h>
#include <gtest/gtest.h>

#include "harness/speed/cudnn_switches.h"
#include "harness/testing/speed_networks.h"

namespace harness {
namespace {

class SourceProtocol : public testing::Test {
 protected:
  torch::InferenceMode no_gradients_;
  std::unique_ptr<TimedNetwork> network_ = small_network("fp32");
  std::vector<torch::Tensor> images_ = drawn_images(2, 32, 32, 1);
  SourceProtocolOptions options_;
};

TEST_F(SourceProtocol, DiscardsFiveAndDividesByTheSumOfTheOthers) {
  options_.images = 9;
  std::int64_t done = 0;
  options_.progress = [&](std::int64_t count) { done = count; };
  const auto record = run_source_protocol(*network_, images_, options_);
  EXPECT_EQ(done, 9);
  EXPECT_EQ(record.wanted, 9);
  EXPECT_EQ(record.warmup, 5);
  ASSERT_EQ(record.seconds.size(), 4U);
  const double sum = std::accumulate(record.seconds.begin(), record.seconds.end(), 0.0);
  EXPECT_DOUBLE_EQ(record.images_per_second, 4.0 / sum);
  EXPECT_FALSE(record.clocks.has_value());
}

TEST_F(SourceProtocol, StopsAtItsLimitAndSaysSo) {
  options_.limit_seconds = 0.0;
  const auto record = run_source_protocol(*network_, images_, options_);
  EXPECT_EQ(record.wanted, 200);
  EXPECT_EQ(record.warmup, 1);
  EXPECT_EQ(record.seconds.size(), 1U);
}

TEST_F(SourceProtocol, HasTheSourcesSwitchesWhileItRuns) {
  const CudnnSwitches ours(/*benchmark=*/true, /*deterministic=*/true);
  auto& context = at::globalContext();
  options_.images = 2;
  options_.progress = [&](std::int64_t) {
    EXPECT_FALSE(context.benchmarkCuDNN());
    EXPECT_FALSE(context.deterministicCuDNN());
  };
  run_source_protocol(*network_, images_, options_);
  EXPECT_TRUE(context.benchmarkCuDNN());
  EXPECT_TRUE(context.deterministicCuDNN());
}

TEST_F(SourceProtocol, NothingToTimeIsRefused) {
  EXPECT_THROW(run_source_protocol(*network_, {}, options_), c10::Error);
  options_.images = 1;
  EXPECT_THROW(run_source_protocol(*network_, images_, options_), c10::Error);
}

}  // namespace
}  // namespace harness
