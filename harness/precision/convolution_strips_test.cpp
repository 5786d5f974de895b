#include "harness/precision/convolution_strips.h"

#include <algorithm>
#include <array>
#include <memory>

#include <c10/core/Allocator.h>
#include <gtest/gtest.h>

#include "harness/precision/half_convolution.h"

namespace harness {
namespace {

struct Case {
  const char* what;
  std::array<std::int64_t, 2> size, kernel, stride, padding, dilation;
};

TEST(ConvolutionStrips, AreTheConvolution) {
  const auto cases = std::to_array<Case>({
      {"plain", {9, 7}, {3, 3}, {1, 1}, {1, 1}, {1, 1}},
      {"dilated beyond the image", {9, 7}, {3, 3}, {1, 1}, {12, 12}, {12, 12}},
      {"strided, with rows that no result is computed from",
       {10, 8},
       {3, 3},
       {2, 2},
       {1, 1},
       {1, 1}},
      {"of unlike sides", {8, 11}, {1, 5}, {3, 1}, {0, 2}, {1, 1}},
      {"without padding", {6, 6}, {3, 3}, {1, 1}, {0, 0}, {1, 1}},
  });
  torch::manual_seed(1);
  for (const auto& one : cases) {
    const auto input = torch::randn({2, 3, one.size[0], one.size[1]}, torch::kDouble);
    const auto weight = torch::randn({4, 3, one.kernel[0], one.kernel[1]}, torch::kDouble);
    const ConvolutionShape shape{one.stride, one.padding, one.dilation};
    for (const auto& bias : {torch::Tensor(), torch::randn({4}, torch::kDouble)}) {
      const auto whole = torch::convolution(input, weight, bias, one.stride, one.padding,
                                            one.dilation, false, {0, 0}, 1);
      for (const std::int64_t share : {1, 2, 100}) {
        const auto most = column_bytes(input, weight, shape) / share;
        const auto found = convolve_in_strips(input, weight, bias, shape, most);
        EXPECT_TRUE(torch::allclose(found, whole, 1e-13, 1e-13)) << one.what << " / " << share;
      }
    }
  }
}

/// The largest tensor that was allocated on this thread.
class LargestAllocation : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void* /*pointer*/, std::int64_t bytes, std::size_t /*allocated*/,
                         std::size_t /*reserved*/, c10::Device /*device*/) override {
    largest = std::max(largest, bytes);
  }
  bool memoryProfilingEnabled() const override { return true; }
  std::int64_t largest = 0;
};

TEST(ConvolutionStrips, KeepTheMemoryOfLargeConvolutionsInFp64Small) {
  register_half_convolution();
  const auto input = torch::randn({1, 64, 256, 512}, torch::kDouble);
  const auto weight = torch::randn({1, 64, 3, 3}, torch::kDouble);
  ASSERT_GT(column_bytes(input, weight, {{1, 1}, {2, 2}, {2, 2}}), std::int64_t{600000000});
  const auto seen = std::make_shared<LargestAllocation>();
  const c10::DebugInfoGuard guard(c10::DebugInfoKind::PROFILER_STATE, seen);
  torch::conv2d(input, weight, {}, 1, 2, 2);
  EXPECT_GT(seen->largest, 0);
  EXPECT_LE(seen->largest, std::int64_t{1} << 28);
}

}  // namespace
}  // namespace harness
