#include "harness/base/system/nvidia_driver.h"

#include <array>
#include <cstddef>

#include <fmt/format.h>

#include "harness/base/system/shared_library.h"

namespace harness {
namespace {

// The parts of cuda.h and nvml.h that are used.
constexpr int kDriverSuccess = 0;
constexpr int kComputeCapabilityMajor = 75;
constexpr int kComputeCapabilityMinor = 76;
constexpr std::size_t kTextLength = 256;
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
    return complete && init(0) == kDriverSuccess;
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
  const bool answered =
      driver.device(&device, number) == kDriverSuccess &&
      driver.name(name.data(), kTextLength, device) == kDriverSuccess &&
      driver.memory(&memory, device) == kDriverSuccess &&
      driver.attribute(&major, kComputeCapabilityMajor, device) == kDriverSuccess &&
      driver.attribute(&minor, kComputeCapabilityMinor, device) == kDriverSuccess &&
      driver.uuid(&uuid, device) == kDriverSuccess;
  if (!answered) return std::nullopt;
  return CudaDevice{name.data(), static_cast<std::int64_t>(memory),
                    fmt::format("{}.{}", major, minor), uuid_text(uuid)};
}

std::optional<std::string> nvidia_driver_version() {
  const SharedLibrary nvml("libnvidia-ml.so.1");
  auto* start = nvml.find<int()>("nvmlInit_v2");
  auto* stop = nvml.find<int()>("nvmlShutdown");
  auto* version = nvml.find<int(char*, unsigned)>("nvmlSystemGetDriverVersion");
  if (start == nullptr || stop == nullptr || version == nullptr) return std::nullopt;
  if (start() != kDriverSuccess) return std::nullopt;
  std::array<char, kTextLength> text{};
  const bool answered = version(text.data(), kTextLength) == kDriverSuccess;
  stop();
  if (!answered) return std::nullopt;
  return text.data();
}

}  // namespace harness
