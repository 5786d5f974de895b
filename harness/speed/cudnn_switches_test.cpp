#include "harness/speed/cudnn_switches.h"

#include <ATen/Context.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(CudnnSwitches, HoldWhileTheyLive) {
  auto& context = at::globalContext();
  const CudnnSwitches outer(/*benchmark=*/false, /*deterministic=*/true);
  {
    const CudnnSwitches inner(/*benchmark=*/true, /*deterministic=*/false);
    EXPECT_TRUE(context.benchmarkCuDNN());
    EXPECT_FALSE(context.deterministicCuDNN());
  }
  EXPECT_FALSE(context.benchmarkCuDNN());
  EXPECT_TRUE(context.deterministicCuDNN());
}

}  // namespace
}  // namespace harness
