#include "harness/paper/accumulation.h"

#include <gtest/gtest.h>

#include "harness/testing/paper_row.h"

namespace harness {
namespace {

// 32768 values, 1 and 3 in turn: mean 2, variance 1. Their sum in half ends where a 3 is no more
// than half the distance between neighbours, at 4096 of 65536.
TEST(Accumulation, InHalfStagnatesWhereFp32DoesNot) {
  auto images = torch::ones({1, 3, 128, 256});
  images.select(1, 0).view({-1}).slice(0, 1, std::nullopt, 2).fill_(3.0);
  const ExperimentRow row = conv_row(images, torch::ones({1, 1, 128, 256}));
  const ExperimentRecord record = accumulation_experiment(row);
  const Json& measured = record.measurements;
  EXPECT_EQ(measured.at("activations").at("channels"), 1);
  EXPECT_EQ(measured.at("activations").at("half_off"), 1);
  EXPECT_EQ(measured.at("activations").at("single_off"), 0);
  EXPECT_GT(measured.at("activations").at("half_worst").get<double>(), 1.0);
  const Json& statistics = measured.at("statistics");
  EXPECT_EQ(statistics.at(0).at("half_mean"), 1.0);  // 1024 ones: still exact.
  EXPECT_EQ(statistics.at(1).at("half_mean"), 2048.0 / 32768.0);
  EXPECT_EQ(statistics.at(3).at("half_overflows"), true);
  EXPECT_EQ(statistics.at(3).at("single_mean"), 32.0);
  EXPECT_EQ(measured.at("kernels").at("sum_of_ones").at("measured"), 8192.0);
  EXPECT_EQ(measured.at("kernels").at("batch_norm_mean").at("measured"), 4.0);
  const Json& longest = measured.at("dot_products").back();
  EXPECT_EQ(longest.at("length"), 65536);
  EXPECT_NEAR(longest.at("exact").get<double>(), 65536.0 / 4, 200.0);
  EXPECT_LT(longest.at("half").get<double>(), 4096.0);
  EXPECT_LT(longest.at("single_error").get<double>(), 0x1p-11);
}

}  // namespace
}  // namespace harness
