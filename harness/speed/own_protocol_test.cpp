#include "harness/speed/own_protocol.h"

#include <gtest/gtest.h>

#include "harness/base/statistics/block_bootstrap.h"
#include "harness/precision/half_convolution.h"
#include "harness/testing/speed_networks.h"

namespace harness {
namespace {

class OwnProtocol : public testing::Test {
 protected:
  OwnProtocol() {
    register_half_convolution();
    networks_.push_back(small_network("fp32"));
    networks_.push_back(small_network("fp16"));
    options_.seconds = 0.0;
    options_.warmup_seconds = 0.0;
  }

  torch::InferenceMode no_gradients_;
  std::vector<std::unique_ptr<TimedNetwork>> networks_;
  std::vector<torch::Tensor> images_ = drawn_images(2, 32, 32, 1);
  OwnProtocolOptions options_;
};

TEST_F(OwnProtocol, TimesAllInTheSameRounds) {
  options_.seconds = 0.2;
  options_.largest_block = 3;
  double done = 0.0;
  options_.progress = [&](double seconds, double) { done = seconds; };
  const auto records = run_own_protocol(networks_, images_, options_);
  EXPECT_DOUBLE_EQ(done, 0.4);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].seconds.size(), records[1].seconds.size());
  EXPECT_GE(records[0].seconds.size(), 2U);
  for (const auto& record : records) {
    EXPECT_EQ(record.image.median, median_of_blocks(record.seconds));
    EXPECT_LE(record.image.low, record.image.median);
    EXPECT_GE(record.image.high, record.image.median);
    EXPECT_GT(record.network.median, 0.0);
    EXPECT_LT(record.network.median, record.image.high);
    EXPECT_DOUBLE_EQ(record.images_per_second, 1.0 / record.image.median);
    for (const auto& block : record.seconds) {
      EXPECT_EQ(block.size(), record.seconds.front().size());
      EXPECT_LE(block.size(), 3U);
    }
  }
}

TEST_F(OwnProtocol, TheSpeedUpIsOverTheFirst) {
  const auto records = run_own_protocol(networks_, images_, options_);
  EXPECT_FALSE(records[0].speedup.has_value());
  ASSERT_TRUE(records[1].speedup.has_value());
  const SpeedupRecord& speedup = *records[1].speedup;
  EXPECT_EQ(speedup.reference, "fp32");
  EXPECT_EQ(speedup.reference_seconds, records[0].seconds);
  EXPECT_EQ(speedup.ratio, median_ratio(records[0].seconds, records[1].seconds));
  EXPECT_LE(speedup.low, speedup.ratio);
  EXPECT_GE(speedup.high, speedup.ratio);
  EXPECT_GT(speedup.network_ratio, 0.0);
}

TEST_F(OwnProtocol, WithoutTimeThereAreTwoRounds) {
  const auto records = run_own_protocol(networks_, images_, options_);
  EXPECT_EQ(records[0].seconds.size(), 2U);
  EXPECT_EQ(records[0].seconds[0].size(), 1U);
  EXPECT_GT(records[0].warmup_seconds, 0.0);
}

TEST_F(OwnProtocol, NothingToTimeIsRefused) {
  EXPECT_THROW(run_own_protocol({}, images_, options_), c10::Error);
  EXPECT_THROW(run_own_protocol(networks_, {}, options_), c10::Error);
}

}  // namespace
}  // namespace harness
