#include "harness/deepbench/hardware_peak.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "harness/base/text.h"

namespace harness {
namespace {

/// Only what the sheets name and what has an FP32 GEMM there. Of P100 and V100 the faster board
/// (SXM2): the sheets do not say which one it was, except for the DGX-1.
constexpr std::array<HardwarePeak, 11> kPeaks{{
    {"m40", "Tesla M40", 3072, 1114, 7.0, "NVIDIA, Tesla M40 data sheet, with GPU Boost"},
    {"titanx", "GeForce GTX TITAN X (Maxwell)", 3072, 1075, 6.6,
     "NVIDIA, GeForce GTX TITAN X specifications: cores and boost clock"},
    {"titanxpascal", "TITAN X (Pascal)", 3584, 1531, 11.0, "NVIDIA, TITAN X announcement, 2016"},
    {"titanxp", "TITAN Xp", 3840, 1582, 12.1,
     "NVIDIA, TITAN Xp specifications: cores and boost clock"},
    {"1080ti", "GeForce GTX 1080 Ti", 3584, 1582, 11.3,
     "NVIDIA, GeForce GTX 1080 Ti specifications: cores and boost clock"},
    {"p100", "Tesla P100 SXM2", 3584, 1480, 10.6, "NVIDIA, Tesla P100 data sheet"},
    {"v100", "Tesla V100 SXM2", 5120, 1530, 15.7, "NVIDIA, Tesla V100 data sheet, 2018"},
    {"nvidiat4", "Tesla T4", 2560, 1590, 8.1, "NVIDIA, T4 data sheet"},
    {"mi25", "Radeon Instinct MI25", 4096, 1500, 12.3, "AMD, Radeon Instinct MI25 data sheet"},
    {"vegafrontier", "Radeon Vega Frontier Edition", 4096, 1600, 13.1,
     "AMD, Radeon Vega Frontier Edition specifications"},
    {"xeonphitm7250", "Xeon Phi 7250", 2176, 1400, 6.1,
     "Intel, Xeon Phi 7250 specifications: 68 cores of two 16-lane units, base clock"},
}};

}  // namespace

const HardwarePeak* find_hardware_peak(std::string_view words) {
  std::string letters;
  for (const char one : lower_case(words)) {
    if (std::isalnum(static_cast<unsigned char>(one)) != 0) letters += one;
  }
  const HardwarePeak* found = nullptr;
  for (const auto& peak : kPeaks) {
    const bool is_longer = found == nullptr || peak.part.size() > found->part.size();
    if (is_longer && letters.find(peak.part) != std::string::npos) found = &peak;
  }
  return found;
}

double fp32_peak_tflops(const HardwarePeak& peak) noexcept {
  return 2.0 * peak.lanes * peak.mhz * 1e-6;
}

}  // namespace harness
