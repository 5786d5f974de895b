#include "harness/speed/kernel_census.h"

#include <stdexcept>

#include <gtest/gtest.h>
#include <torch/csrc/profiler/api.h>
#include <torch/utils.h>

namespace harness {
namespace {

TEST(KernelCensus, GroupsCallsByNameAndOperator) {
  const auto census = census_of({{"nvjet_hsh_1", "aten::mm", 1.0},
                                 {"sgemm", "aten::mm", 0.5},
                                 {"nvjet_hsh_1", "aten::mm", 2.0},
                                 {"nvjet_hsh_1", "aten::cudnn_convolution", 0.25}});
  ASSERT_EQ(census.kernels.size(), 3U);
  EXPECT_EQ(census.kernels[0].name, "nvjet_hsh_1");
  EXPECT_EQ(census.kernels[0].operation, "aten::mm");
  EXPECT_EQ(census.kernels[0].kind, "half tensor core");
  EXPECT_EQ(census.kernels[0].calls, 2);
  EXPECT_EQ(census.kernels[0].seconds, 3.0);
  EXPECT_EQ(census.kernels[1].name, "sgemm");
  EXPECT_EQ(census.seconds.at("half tensor core"), 3.25);
  EXPECT_EQ(census.seconds.at("fp32"), 0.5);
  EXPECT_EQ(census.absence, "");
}

TEST(KernelCensus, OnTheCpuTheProfilerRunsAndReportsNoKernel) {
  bool ran = false;
  const auto census = take_kernel_census(torch::kCPU, [&] {
    torch::ones({4, 4}).mm(torch::ones({4, 4}));
    ran = true;
  });
  EXPECT_TRUE(ran);
  EXPECT_TRUE(census.kernels.empty());
  EXPECT_NE(census.absence, "");
}

TEST(KernelCensus, AFailureInsideIsTheReasonAndEndsTheProfile) {
  const auto failing = [] { throw std::runtime_error("no memory"); };
  EXPECT_EQ(take_kernel_census(torch::kCPU, failing).absence, "no memory");
  EXPECT_FALSE(torch::autograd::profiler::profilerEnabled());
}

}  // namespace
}  // namespace harness
