#include "harness/deepbench/hardware_peak.h"

#include <cmath>

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(HardwarePeak, KnowsEveryProcessorOfTheSheetsByTheirWords) {
  for (const auto& [words, name] :
       {std::pair{"NVIDIA V100", "Tesla V100 SXM2"}, std::pair{"NVIDIA T4", "Tesla T4"},
        std::pair{"NVIDIA Tesla P100", "Tesla P100 SXM2"},
        std::pair{"Nvidia Tesla M40", "Tesla M40"},
        std::pair{"Nvidia TitanX", "GeForce GTX TITAN X (Maxwell)"},
        std::pair{"Nvidia TitanX Pascal", "TITAN X (Pascal)"},
        std::pair{"NVIDIA GTX TitanXp", "TITAN Xp"},
        std::pair{"NVIDIA GTX 1080 Ti", "GeForce GTX 1080 Ti"},
        std::pair{"Nvidia 1080Ti", "GeForce GTX 1080 Ti"},
        std::pair{"AMD MI25", "Radeon Instinct MI25"},
        std::pair{"AMD Vega Frontier Edition 16GB", "Radeon Vega Frontier Edition"},
        std::pair{"Intel(R) Xeon Phi(TM) 7250F", "Xeon Phi 7250"}}) {
    const HardwarePeak* peak = find_hardware_peak(words);
    ASSERT_NE(peak, nullptr) << words;
    EXPECT_EQ(peak->name, name);
    // Vendors round up: the M40's 6.84 to 7.
    EXPECT_NEAR(fp32_peak_tflops(*peak), peak->tflops, 0.03 * peak->tflops) << name;
    EXPECT_FALSE(peak->source.empty());
  }
}

TEST(HardwarePeak, KnowsNoOther) {
  EXPECT_EQ(find_hardware_peak(""), nullptr);
  EXPECT_EQ(find_hardware_peak("Apple A10 quad core 2.3GHz (ARM v8)"), nullptr);
}

}  // namespace
}  // namespace harness
