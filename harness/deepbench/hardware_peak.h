#pragma once

#include <string>
#include <string_view>

namespace harness {

/// FP32 peak of a processor that DeepBench's sheets name: `lanes` fused multiply-adds a cycle, each
/// two operations, at `mhz`.
struct HardwarePeak {
  std::string_view part;  ///< What of the sheet's words names it: letters and digits, lower case.
  std::string_view name;
  double lanes = 0.0;
  double mhz = 0.0;  ///< The boost clock that the vendor states. GeForce and Titan boards pass it.
  double tflops = 0.0;  ///< As the vendor states it, in as many digits.
  std::string_view source;
};

/// The processor that a sheet's words name ("NVIDIA GTX 1080 Ti"), by the longest part that is in
/// them; null for one that is not in the table.
const HardwarePeak* find_hardware_peak(std::string_view words);

/// 2 lanes mhz, in 1e12 operations/s.
double fp32_peak_tflops(const HardwarePeak& peak) noexcept;

}  // namespace harness
