// The clocks, the profiler and the roofs on CUDA. Skips, visibly, without a GPU.

#include <chrono>

#include <gtest/gtest.h>

#include "harness/arithmetic/kernel_class.h"
#include "harness/base/system/gpu_monitor.h"
#include "harness/base/system/nvidia_driver.h"
#include "harness/network/cuda_device.h"
#include "harness/network/drawn_model.h"
#include "harness/precision/policy.h"
#include "harness/speed/clock_watch.h"
#include "harness/speed/image_cost.h"
#include "harness/speed/kernel_census.h"
#include "harness/speed/roof.h"
#include "harness/speed/timed_network.h"
#include "harness/testing/speed_networks.h"

namespace harness {
namespace {

class GpuSpeed : public testing::Test {
 protected:
  void SetUp() override {
    if (!load_cuda().is_usable) GTEST_SKIP() << "no gpu: " << load_cuda().reason;
    use_exact_fp32();
  }

  static TimedNetwork network(const std::string& precision, Layout layout = Layout::kContiguous) {
    const ModelSpec spec = small_spec();
    return {precision, spec, drawn_weights(spec, 1), torch::kCUDA, layout};
  }

  torch::InferenceMode no_gradients_;
  torch::Tensor image_ = drawn_images(1, 128, 256, 1).front();
};

TEST_F(GpuSpeed, TheDevicesClockSeesTheWorkAndNotTheCall) {
  const auto matrix = torch::ones({4096, 4096}, torch::TensorOptions(torch::kCUDA));
  auto product = matrix.mm(matrix);
  wait_for(torch::kCUDA);
  DeviceClock clock(torch::kCUDA, 2);
  const auto start = std::chrono::steady_clock::now();
  clock.mark(0);
  for (int i = 0; i < 10; ++i) at::mm_out(product, matrix, matrix);
  clock.mark(1);
  const std::chrono::duration<double> called = std::chrono::steady_clock::now() - start;
  const double worked = clock.seconds(0, 1);
  const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - start;
  // 1.4 TFLOP of FP32 take more than the launches, and no longer than the wait for their end.
  EXPECT_GT(worked, called.count());
  EXPECT_LE(worked, waited.count() * 1.05);
}

TEST_F(GpuSpeed, ThePartsOfAPassageFitIntoTheWhole) {
  for (const auto* precision : {"fp32", "fp16"}) {
    for (const auto layout : {Layout::kContiguous, Layout::kChannelsLast}) {
      TimedNetwork timed = network(precision, layout);
      const Passage passage = timed.passage_of(image_);
      EXPECT_GT(passage.network, 0.0);
      EXPECT_GT(passage.postprocess, 0.0);
      EXPECT_LE(passage.network + passage.postprocess, passage.image * 1.05);
      const ImageCostRecord cost = image_cost(timed, image_);
      EXPECT_EQ(cost.logits_non_finite, 0);
      EXPECT_GT(cost.peak_bytes, cost.weights_bytes);
    }
  }
}

TEST_F(GpuSpeed, TheCensusTellsHalfFromFp32) {
  for (const auto& [dtype, expected] : {std::pair{torch::kHalf, KernelClass::kHalfTensorCore},
                                        std::pair{torch::kFloat, KernelClass::kFp32}}) {
    const auto matrix =
        torch::randn({2048, 2048}, torch::TensorOptions().device(torch::kCUDA).dtype(dtype));
    const auto census = take_kernel_census(torch::kCUDA, [&] { matrix.mm(matrix); });
    ASSERT_EQ(census.absence, "");
    double multiplying = 0.0;
    for (const auto& kernel : census.kernels) {
      EXPECT_EQ(kernel.operation, "aten::mm") << kernel.name;
      if (multiplies(kernel_class(kernel.name))) multiplying += kernel.seconds;
    }
    EXPECT_GT(multiplying, 0.0);
    const auto found = census.seconds.find(std::string(to_string(expected)));
    ASSERT_NE(found, census.seconds.end()) << census.kernels.front().name;
    EXPECT_DOUBLE_EQ(found->second, multiplying) << census.kernels.front().name;
  }
}

TEST_F(GpuSpeed, EveryConvolutionOfANetworkIsNamedByItsOperator) {
  TimedNetwork timed = network("fp16");
  timed.seconds_of(image_);
  const auto census = take_kernel_census(torch::kCUDA, [&] { timed.seconds_of(image_); });
  ASSERT_EQ(census.absence, "");
  for (const auto& kernel : census.kernels) {
    if (!multiplies(kernel_class(kernel.name))) continue;
    EXPECT_NE(kernel.operation.find("conv"), std::string::npos)
        << kernel.name << " of " << kernel.operation;
  }
}

TEST_F(GpuSpeed, HalfHasAHigherRoof) {
  const RoofRecord roof = measure_roof(torch::kCUDA, {.matrix_size = 4096, .copy_bytes = 1 << 28});
  EXPECT_GT(roof.fp32_tflops.best, 1.0);
  EXPECT_GT(roof.half_tflops.best, roof.fp32_tflops.best);
  EXPECT_GT(roof.copy_gb_per_s.best, 50.0);
}

TEST_F(GpuSpeed, TheDriverTellsTheClocks) {
  const auto device = cuda_device(0);
  ASSERT_TRUE(device.has_value());
  const auto monitor = GpuMonitor::open(device->uuid);
  ASSERT_NE(monitor, nullptr);
  ClockWatch watch(monitor.get());
  const auto clocks = watch.stop();
  ASSERT_TRUE(clocks.has_value());
  EXPECT_GT(clocks->sm_mhz.median, 100.0);
  EXPECT_GT(clocks->power_w.median, 1.0);
  EXPECT_EQ(clocks->reasons.count("not told"), 0U);
}

}  // namespace
}  // namespace harness
