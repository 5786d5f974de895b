#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/system/shared_library.h"

namespace harness {

/// A GPU at one moment; what the driver does not tell is empty.
struct GpuState {
  std::optional<double> sm_mhz;
  std::optional<double> memory_mhz;
  std::optional<double> power_w;
  std::optional<double> temperature_c;
  /// Why the clocks are not higher: "gpu idle", "software power cap", ... NVML calls them clocks
  /// event reasons, formerly throttle reasons.
  std::optional<std::vector<std::string>> reasons;
  std::optional<std::int64_t> processes;  ///< Those with a compute context, ours among them.
};

/// Watches a GPU through NVML (libnvidia-ml.so.1), loaded at run time. Reads only.
class GpuMonitor {
 public:
  /// uuid: of CudaDevice. The only GPU of a machine is found by another one too, as NVML tells it
  /// for a whole card of which CUDA sees a part. library: as for dlopen(). A null pointer without a
  /// driver or such a GPU.
  static std::unique_ptr<GpuMonitor> open(const std::string& uuid,
                                          const char* library = "libnvidia-ml.so.1");
  ~GpuMonitor();
  GpuMonitor(const GpuMonitor&) = delete;
  GpuMonitor& operator=(const GpuMonitor&) = delete;

  GpuState read() const;

 private:
  using Device = void*;
  explicit GpuMonitor(SharedLibrary library);

  bool find(const std::string& uuid);
  std::optional<double> number(const char* function, int kind) const;
  std::optional<std::vector<std::string>> reasons() const;
  std::optional<std::int64_t> processes() const;

  SharedLibrary library_;
  Device device_ = nullptr;
};

/// Whether a reason means that the GPU was slower than it could have been: neither idleness nor
/// clocks that somebody set.
bool slows_down(const std::string& reason);

}  // namespace harness
