#include "harness/base/system/gpu_monitor.h"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace harness {
namespace {

// The part of nvml.h (NVML API Reference, R535 and newer) that is used.
constexpr int kSuccess = 0;
constexpr int kInsufficientSize = 7;
constexpr int kClockSm = 1;
constexpr int kClockMemory = 2;
constexpr int kTemperatureOfGpu = 0;
constexpr int kNoKind = -1;
struct Process {
  unsigned pid;
  unsigned long long used_memory;
  unsigned gpu_instance;
  unsigned compute_instance;
};

struct Reason {
  unsigned long long bit;
  std::string_view name;
  bool slows_down;
};
constexpr auto kReasons = std::to_array<Reason>({
    {0x1, "gpu idle", false},
    {0x2, "application clocks", false},
    {0x4, "software power cap", true},
    {0x8, "hardware slowdown", true},
    {0x10, "sync boost", true},
    {0x20, "software thermal slowdown", true},
    {0x40, "hardware thermal slowdown", true},
    {0x80, "hardware power brake", true},
    {0x100, "display clocks", false},
});

std::vector<std::string> names_of(unsigned long long bits) {
  std::vector<std::string> names;
  for (const auto& reason : kReasons) {
    if ((bits & reason.bit) != 0) names.emplace_back(reason.name);
    bits &= ~reason.bit;
  }
  if (bits != 0) names.push_back(fmt::format("reason {:#x}", bits));
  return names;
}

std::optional<double> scaled(std::optional<double> value, double factor) {
  return value ? std::optional(*value * factor) : std::nullopt;
}

}  // namespace

GpuMonitor::GpuMonitor(SharedLibrary library) : library_(std::move(library)) {}

std::unique_ptr<GpuMonitor> GpuMonitor::open(const std::string& uuid, const char* library) {
  SharedLibrary nvml(library);
  auto* start = nvml.find<int()>("nvmlInit_v2");
  if (start == nullptr || start() != kSuccess) return nullptr;
  std::unique_ptr<GpuMonitor> monitor(new GpuMonitor(std::move(nvml)));
  return monitor->find(uuid) ? std::move(monitor) : nullptr;
}

bool GpuMonitor::find(const std::string& uuid) {
  auto* by_uuid = library_.find<int(const char*, Device*)>("nvmlDeviceGetHandleByUUID");
  if (by_uuid != nullptr && by_uuid(uuid.c_str(), &device_) == kSuccess) return true;
  auto* count_of = library_.find<int(unsigned*)>("nvmlDeviceGetCount_v2");
  auto* by_index = library_.find<int(unsigned, Device*)>("nvmlDeviceGetHandleByIndex_v2");
  unsigned count = 0;
  const bool is_only = count_of != nullptr && count_of(&count) == kSuccess && count == 1;
  return is_only && by_index != nullptr && by_index(0, &device_) == kSuccess;
}

GpuMonitor::~GpuMonitor() {
  if (auto* stop = library_.find<int()>("nvmlShutdown")) stop();
}

GpuState GpuMonitor::read() const {
  constexpr double kWattsPerMilliwatt = 1e-3;
  GpuState state;
  state.sm_mhz = number("nvmlDeviceGetClockInfo", kClockSm);
  state.memory_mhz = number("nvmlDeviceGetClockInfo", kClockMemory);
  state.power_w = scaled(number("nvmlDeviceGetPowerUsage", kNoKind), kWattsPerMilliwatt);
  state.temperature_c = number("nvmlDeviceGetTemperature", kTemperatureOfGpu);
  state.reasons = reasons();
  state.processes = processes();
  return state;
}

std::optional<double> GpuMonitor::number(const char* function, int kind) const {
  unsigned value = 0;
  int status = kSuccess;
  if (kind == kNoKind) {
    auto* get = library_.find<int(Device, unsigned*)>(function);
    if (get == nullptr) return std::nullopt;
    status = get(device_, &value);
  } else {
    auto* get = library_.find<int(Device, int, unsigned*)>(function);
    if (get == nullptr) return std::nullopt;
    status = get(device_, kind, &value);
  }
  return status == kSuccess ? std::optional<double>(value) : std::nullopt;
}

std::optional<std::vector<std::string>> GpuMonitor::reasons() const {
  // The first is the name since R535, the second the older one.
  for (const auto* name :
       {"nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons"}) {
    auto* get = library_.find<int(Device, unsigned long long*)>(name);
    unsigned long long bits = 0;
    if (get != nullptr && get(device_, &bits) == kSuccess) return names_of(bits);
  }
  return std::nullopt;
}

std::optional<std::int64_t> GpuMonitor::processes() const {
  auto* get =
      library_.find<int(Device, unsigned*, Process*)>("nvmlDeviceGetComputeRunningProcesses_v3");
  if (get == nullptr) return std::nullopt;
  std::array<Process, 64> processes{};
  unsigned count = processes.size();
  const int status = get(device_, &count, processes.data());
  if (status != kSuccess && status != kInsufficientSize) return std::nullopt;
  return count;
}

bool slows_down(const std::string& reason) {
  for (const auto& known : kReasons) {
    if (known.name == reason) return known.slows_down;
  }
  return true;
}

}  // namespace harness
