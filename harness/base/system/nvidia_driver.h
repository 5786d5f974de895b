#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace harness {

/// A GPU as the CUDA driver describes it.
struct CudaDevice {
  std::string name;  ///< "Tesla V100-SXM2-16GB".
  std::int64_t memory_bytes = 0;
  std::string compute_capability;  ///< "9.0".
  std::string uuid;                ///< As NVML writes it: "GPU-2f6c1d0e-....".
};

/// The device that CUDA programs see under that number (CUDA_VISIBLE_DEVICES applies), as
/// libcuda.so.1 reports it at run time: CUDA Driver API, whose functions used here are unchanged
/// since CUDA 11.4. Nullopt without a driver or such a device.
std::optional<CudaDevice> cuda_device(int number);

/// The driver's release, "580.65.06", as libnvidia-ml.so.1 (NVML) reports it; nullopt without one.
std::optional<std::string> nvidia_driver_version();

}  // namespace harness
