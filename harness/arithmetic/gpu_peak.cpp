#include "harness/arithmetic/gpu_peak.h"

#include <algorithm>
#include <array>

namespace harness {
namespace {

struct Architecture {
  std::string_view capability;
  double multiprocessors;
  double half;  ///< Operations a clock and multiprocessor, by tensor cores.
  double single;
};

constexpr auto kArchitectures = std::to_array<Architecture>({{"7.0", 84, 1024, 128},
                                                             {"7.5", 72, 1024, 128},
                                                             {"8.0", 128, 2048, 128},
                                                             {"8.6", 84, 1024, 256},
                                                             {"8.9", 144, 1024, 256},
                                                             {"9.0", 144, 4096, 256},
                                                             {"10.0", 160, 8192, 256},
                                                             {"12.0", 192, 1024, 256}});

}  // namespace

double gpu_peak(std::string_view compute_capability, ElementType type, double clock_mhz) noexcept {
  const auto found =
      std::ranges::find(kArchitectures, compute_capability, &Architecture::capability);
  const bool is_half = type == ElementType::kFloat16 || type == ElementType::kBfloat16;
  if (found == kArchitectures.end() || type == ElementType::kFloat64) return 0.0;
  return found->multiprocessors * (is_half ? found->half : found->single) * clock_mhz * 1e6;
}

}  // namespace harness
