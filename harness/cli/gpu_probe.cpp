#include "harness/cli/gpu_probe.h"

#include <array>

#include "harness/base/system/nvidia_driver.h"
#include "harness/base/system/shared_library.h"

namespace harness {
namespace {

// The part of NVML's stable C interface (nvml.h, NVML API Reference R525 and newer) that is used.
using Device = void*;
struct Memory {
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
};
constexpr int kSuccess = 0;
constexpr int kClockSm = 1;

Json describe(const SharedLibrary& nvml, Device device) {
  Json record = Json::object();
  std::array<char, 96> name{};
  if (auto* get = nvml.find<int(Device, char*, unsigned)>("nvmlDeviceGetName")) {
    if (get(device, name.data(), name.size()) == kSuccess) record["name"] = name.data();
  }
  Memory memory{};
  if (auto* get = nvml.find<int(Device, Memory*)>("nvmlDeviceGetMemoryInfo")) {
    if (get(device, &memory) == kSuccess) record["memory_bytes"] = memory.total;
  }
  unsigned clock = 0;
  if (auto* get = nvml.find<int(Device, int, unsigned*)>("nvmlDeviceGetClockInfo")) {
    if (get(device, kClockSm, &clock) == kSuccess) record["clock_mhz"] = clock;
  }
  if (auto* get = nvml.find<int(Device, int, unsigned*)>("nvmlDeviceGetMaxClockInfo")) {
    if (get(device, kClockSm, &clock) == kSuccess) record["max_clock_mhz"] = clock;
  }
  return record;
}

Json devices_of(const SharedLibrary& nvml) {
  Json devices = Json::array();
  auto* count_of = nvml.find<int(unsigned*)>("nvmlDeviceGetCount_v2");
  auto* device_at = nvml.find<int(unsigned, Device*)>("nvmlDeviceGetHandleByIndex_v2");
  unsigned count = 0;
  if (count_of == nullptr || device_at == nullptr || count_of(&count) != kSuccess) return devices;
  for (unsigned index = 0; index < count; ++index) {
    Device device = nullptr;
    if (device_at(index, &device) == kSuccess) devices.push_back(describe(nvml, device));
  }
  return devices;
}

}  // namespace

Json probe_gpus() {
  const SharedLibrary nvml("libnvidia-ml.so.1");
  if (!nvml.is_open()) return {{"absent", "no NVIDIA driver (libnvidia-ml.so.1)"}};
  auto* start = nvml.find<int()>("nvmlInit_v2");
  if (start == nullptr || start() != kSuccess)
    return {{"absent", "the NVIDIA driver does not start"}};
  const Json devices = devices_of(nvml);
  if (auto* stop = nvml.find<int()>("nvmlShutdown")) stop();
  if (devices.empty()) return {{"absent", "the NVIDIA driver shows no GPU"}};
  return {{"driver", nvidia_driver_version().value_or("")}, {"devices", devices}};
}

}  // namespace harness
