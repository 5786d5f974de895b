#include "harness/arithmetic/gpu_peak.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

struct Card {
  const char* name;
  const char* capability;
  double clock_mhz;
  double half_tflops;  ///< Dense, as its data sheet states them at that boost clock.
  double single_tflops;
  double share;  ///< Of the full chip's multiprocessors.
};

TEST(GpuPeak, IsTheDataSheetsOfTheFullChip) {
  for (const Card& card : {Card{"V100 SXM2", "7.0", 1530, 125.0, 15.7, 80.0 / 84.0},
                           Card{"A100 SXM4", "8.0", 1410, 312.0, 19.5, 108.0 / 128.0},
                           Card{"H100 SXM5", "9.0", 1830, 989.4, 61.9, 132.0 / 144.0},
                           Card{"RTX 4090", "8.9", 2520, 330.3, 82.6, 128.0 / 144.0}}) {
    const auto tflops = [&](ElementType type) {
      return card.share * gpu_peak(card.capability, type, card.clock_mhz) / 1e12;
    };
    EXPECT_NEAR(tflops(ElementType::kFloat16), card.half_tflops, 0.01 * card.half_tflops);
    EXPECT_NEAR(tflops(ElementType::kBfloat16), card.half_tflops, 0.01 * card.half_tflops);
    EXPECT_NEAR(tflops(ElementType::kFloat32), card.single_tflops, 0.01 * card.single_tflops)
        << card.name;
  }
}

TEST(GpuPeak, OfWhatNobodyDescribesThereIsNone) {
  for (const char* capability : {"", "6.1", "of tomorrow", "99.0"}) {
    EXPECT_EQ(gpu_peak(capability, ElementType::kFloat16, 1000.0), 0.0) << capability;
  }
  EXPECT_EQ(gpu_peak("9.0", ElementType::kFloat64, 1000.0), 0.0);
}

}  // namespace
}  // namespace harness
