#include "harness/base/system/nvidia_driver.h"

#include <array>
#include <cstddef>

#include <fmt/format.h>

#include "harness/base/system/shared_library.h"

namespace harness {
namespace {

// The parts of cuda.h and nvml.h that are used.
constexpr int kSuccess = 0;
constexpr int kComputeCapabilityMajor = 75;
constexpr int kComputeCapabilityMinor = 76;
constexpr std::size_t kTextLength = 256;
constexpr int kClockSm = 1;
constexpr int kClockMemory = 2;
using Device = int;
using Uuid = std::array<unsigned char, 16>;

/// libcuda's functions, all of them or none.
struct CudaDriver {
  SharedLibrary library{"libcuda.so.1"};
  int (*init)(unsigned) = library.find<int(unsigned)>("cuInit");
  int (*device)(Device*, int) = library.find<int(Device*, int)>("cuDeviceGet");
  int (*name)(char*, int, Device) = library.find<int(char*, int, Device)>("cuDeviceGetName");
  int (*memory)(std::size_t*,
                Device) = library.find<int(std::size_t*, Device)>("cuDeviceTotalMem_v2");
  int (*attribute)(int*, int,
                   Device) = library.find<int(int*, int, Device)>("cuDeviceGetAttribute");
  int (*uuid)(Uuid*, Device) = library.find<int(Uuid*, Device)>("cuDeviceGetUuid_v2");

  bool starts() const {
    const bool complete = init != nullptr && device != nullptr && name != nullptr &&
                          memory != nullptr && attribute != nullptr && uuid != nullptr;
    return complete && init(0) == kSuccess;
  }
};

std::string uuid_text(const Uuid& uuid) {
  std::string text = "GPU";
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    const bool begins_group = i == 0 || i == 4 || i == 6 || i == 8 || i == 10;
    text += fmt::format("{}{:02x}", begins_group ? "-" : "", uuid[i]);
  }
  return text;
}

/// NVML while it is in use. Its functions are null where it does not start.
struct Nvml {
  using Handle = void*;
  SharedLibrary library{"libnvidia-ml.so.1"};
  bool is_started = start();

  Nvml() = default;
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;
  ~Nvml() {
    auto* const stop = library.find<int()>("nvmlShutdown");
    if (is_started && stop != nullptr) stop();
  }

  template <typename Function>
  Function* find(const char* name) const {
    return is_started ? library.find<Function>(name) : nullptr;
  }

 private:
  bool start() const {
    auto* const init = library.find<int()>("nvmlInit_v2");
    return init != nullptr && init() == kSuccess;
  }
};

}  // namespace

std::optional<CudaDevice> cuda_device(int number) {
  const CudaDriver driver;
  if (!driver.starts()) return std::nullopt;
  Device device = 0;
  std::array<char, kTextLength> name{};
  std::size_t memory = 0;
  int major = 0;
  int minor = 0;
  Uuid uuid{};
  const bool answered = driver.device(&device, number) == kSuccess &&
                        driver.name(name.data(), kTextLength, device) == kSuccess &&
                        driver.memory(&memory, device) == kSuccess &&
                        driver.attribute(&major, kComputeCapabilityMajor, device) == kSuccess &&
                        driver.attribute(&minor, kComputeCapabilityMinor, device) == kSuccess &&
                        driver.uuid(&uuid, device) == kSuccess;
  if (!answered) return std::nullopt;
  return CudaDevice{name.data(), static_cast<std::int64_t>(memory),
                    fmt::format("{}.{}", major, minor), uuid_text(uuid)};
}

std::optional<GpuClocks> gpu_clocks(const std::string& uuid) {
  const Nvml nvml;
  auto* const find = nvml.find<int(const char*, Nvml::Handle*)>("nvmlDeviceGetHandleByUUID");
  auto* const clock = nvml.find<int(Nvml::Handle, int, unsigned*)>("nvmlDeviceGetClockInfo");
  if (find == nullptr || clock == nullptr) return std::nullopt;
  Nvml::Handle device = nullptr;
  unsigned sm = 0;
  unsigned memory = 0;
  const bool answered = find(uuid.c_str(), &device) == kSuccess &&
                        clock(device, kClockSm, &sm) == kSuccess &&
                        clock(device, kClockMemory, &memory) == kSuccess;
  if (!answered) return std::nullopt;
  return GpuClocks{sm, memory};
}

std::optional<std::string> nvidia_driver_version() {
  const Nvml nvml;
  auto* const version = nvml.find<int(char*, unsigned)>("nvmlSystemGetDriverVersion");
  std::array<char, kTextLength> text{};
  if (version == nullptr || version(text.data(), kTextLength) != kSuccess) return std::nullopt;
  return text.data();
}

}  // namespace harness
