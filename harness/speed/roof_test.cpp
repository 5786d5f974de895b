#include "harness/speed/roof.h"

#include <gtest/gtest.h>
#include <torch/utils.h>

namespace harness {
namespace {

TEST(Roof, IsMeasuredByTheDevicesClock) {
  const torch::InferenceMode no_gradients;
  const RoofOptions small{.matrix_size = 64,
                          .half_repetitions = 3,
                          .fp32_repetitions = 4,
                          .copy_bytes = 1 << 16,
                          .copy_repetitions = 5};
  const RoofRecord roof = measure_roof(torch::kCPU, small);
  EXPECT_EQ(roof.matrix_size, 64);
  EXPECT_EQ(roof.copy_bytes, 1 << 16);
  EXPECT_EQ(roof.half_tflops.repetitions, 3);
  EXPECT_EQ(roof.fp32_tflops.repetitions, 4);
  EXPECT_EQ(roof.copy_gb_per_s.repetitions, 5);
  for (const auto& achieved : {roof.half_tflops, roof.fp32_tflops, roof.copy_gb_per_s}) {
    EXPECT_GT(achieved.median, 0.0);
    EXPECT_GE(achieved.best, achieved.median);
  }
}

}  // namespace
}  // namespace harness
