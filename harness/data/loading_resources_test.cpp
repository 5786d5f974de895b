#include "harness/data/loading_resources.h"

#include <limits>

#include <gtest/gtest.h>

namespace harness {
namespace {

constexpr std::int64_t kGigabyte = std::int64_t{1} << 30;

TEST(LoadingResources, WhereTheCpuComputesTheyAreSmallOnEveryMachine) {
  const auto small = loading_resources(false, 2, kGigabyte);
  const auto large = loading_resources(false, 128, 1000 * kGigabyte);
  EXPECT_EQ(small.threads, 2U);
  EXPECT_EQ(large.threads, 2U);
  EXPECT_EQ(small.cache_bytes, large.cache_bytes);
}

TEST(LoadingResources, BesideAGpuTheyGrowWithTheMachine) {
  const auto machine = loading_resources(true, 12, 100 * kGigabyte);
  EXPECT_EQ(machine.threads, 10U);
  EXPECT_GE(machine.ahead, machine.threads);
  EXPECT_EQ(machine.cache_bytes, static_cast<std::size_t>(25 * kGigabyte));
  EXPECT_EQ(loading_resources(true, 128, kGigabyte).threads, 16U);
}

TEST(LoadingResources, BesideAGpuTheyAreNotLessThanWithoutOne) {
  for (const std::int64_t cores : {0, 1, 2, 3}) {
    const auto machine = loading_resources(true, cores, -1);
    EXPECT_EQ(machine.threads, 2U);
    EXPECT_EQ(machine.cache_bytes, LoadingResources().cache_bytes);
  }
  EXPECT_GT(loading_resources(true, 2, std::numeric_limits<std::int64_t>::max()).cache_bytes,
            LoadingResources().cache_bytes);
}

}  // namespace
}  // namespace harness
