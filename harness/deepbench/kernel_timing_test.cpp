#include "harness/deepbench/kernel_timing.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using std::chrono::duration;
using std::chrono::steady_clock;
using testing::HasSubstr;

/// A clock that only calls of the kernel move.
struct FakeKernel {
  double now = 100.0;
  int calls = 0;
  std::function<double(int)> seconds;

  TimingRecord time(KernelTimingOptions options = {}) {
    options.now = [this] {
      return steady_clock::time_point(
          std::chrono::duration_cast<steady_clock::duration>(duration<double>(now)));
    };
    return time_kernel([this] { now += seconds(calls++); }, 4000, 100, options);
  }
};

TEST(KernelTiming, AConstantKernelHasItsTime) {
  FakeKernel kernel{.seconds = [](int) { return 1e-3; }};
  const TimingRecord record = kernel.time();
  EXPECT_TRUE(record.steady);
  EXPECT_FALSE(record.ambiguous) << record.reason;
  EXPECT_NEAR(record.median_s, 1e-3, 1e-8);
  EXPECT_NEAR(record.low_s, 1e-3, 1e-8);
  EXPECT_NEAR(record.flops_per_s, 4e6, 100);
  EXPECT_NEAR(record.bytes_per_s, 1e5, 10);
  // A hundredth of half a second.
  EXPECT_EQ(record.calls_per_sample, 5);
  ASSERT_EQ(record.seconds.size(), 10U);
  EXPECT_EQ(record.seconds[0].size(), 10U);
  EXPECT_NEAR(record.warmup_s, 0.04, 0.003);
}

TEST(KernelTiming, TheFirstCallsAreNotMeasured) {
  FakeKernel kernel{.seconds = [](int call) { return call < 100 ? 4e-3 : 1e-3; }};
  const TimingRecord record = kernel.time();
  // Windows of 4 ms agree with each other, so the first hundred calls need not be over.
  FakeKernel falling{.seconds = [](int call) { return call < 60 ? 1e-2 / (call + 1) : 1e-4; }};
  const TimingRecord steady = falling.time();
  EXPECT_TRUE(steady.steady);
  EXPECT_NEAR(steady.median_s, 1e-4, 1e-5);
  EXPECT_GT(steady.warmup_s, 0.04);
  EXPECT_TRUE(record.steady);
}

TEST(KernelTiming, AKernelThatIsNeverSteadyIsAmbiguous) {
  FakeKernel kernel{.seconds = [](int call) { return 1e-2 * std::pow(1.1, call % 200); }};
  const TimingRecord record = kernel.time();
  EXPECT_FALSE(record.steady);
  EXPECT_TRUE(record.ambiguous);
  EXPECT_THAT(record.reason, HasSubstr("not steady"));
}

TEST(KernelTiming, NoiseThatBlocksDoNotShareIsAmbiguous) {
  // Steady at first; then every other block of ten samples takes twice as long.
  FakeKernel kernel{
      .seconds = [](int call) { return call > 50 && call / 50 % 2 == 0 ? 2e-3 : 1e-3; }};
  const TimingRecord record = kernel.time();
  EXPECT_TRUE(record.steady);
  EXPECT_TRUE(record.ambiguous);
  EXPECT_THAT(record.reason, HasSubstr("95 % interval"));
}

TEST(KernelTiming, ALongKernelRunsAFewTimes) {
  FakeKernel kernel{.seconds = [](int) { return 30.0; }};
  const TimingRecord record = kernel.time();
  EXPECT_EQ(record.calls_per_sample, 1);
  EXPECT_EQ(record.seconds.size(), 5U);
  EXPECT_EQ(kernel.calls, 7);
  EXPECT_FALSE(record.ambiguous);
}

TEST(KernelTiming, ReadingTheClockCostsNothing) {
  // A real clock and a kernel of nothing: a sample has so many calls that its mean is tiny.
  const TimingRecord record = time_kernel([] {}, 1, 1, {.seconds = 0.01});
  EXPECT_LT(record.median_s, 1e-6);
}

}  // namespace
}  // namespace harness
