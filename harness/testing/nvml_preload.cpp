// For gpu_probe_test.cpp and doctor_command_test.cpp: a driver's libnvidia-ml.so.1 that shows as
// many GPUs as HALFPROOF_GPUS says, and does not start when that is "broken".

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

std::string wanted() {
  const char* const text = std::getenv("HALFPROOF_GPUS");
  return text == nullptr ? "0" : text;
}

struct Memory {
  unsigned long long total, free, used;
};

int index_of(const void* device) {
  return static_cast<int>(reinterpret_cast<std::size_t>(device)) - 1;
}

}  // namespace

extern "C" {

int nvmlInit_v2() {
  return wanted() == "broken" ? 9 : 0;
}
int nvmlShutdown() {
  return 0;
}
int nvmlSystemGetDriverVersion(char* version, unsigned size) {
  std::snprintf(version, size, "580.65.06");
  return 0;
}
int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = static_cast<unsigned>(std::stoul(wanted()));
  return 0;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  *device = reinterpret_cast<void*>(std::size_t{index} + 1);
  return 0;
}
int nvmlDeviceGetName(void* device, char* name, unsigned size) {
  std::snprintf(name, size, "Test GPU %d", index_of(device));
  return 0;
}
int nvmlDeviceGetMemoryInfo(void* device, Memory* memory) {
  *memory = {(16ULL + static_cast<unsigned>(index_of(device))) << 30, 1, 2};
  return 0;
}
// The second GPU says nothing of its clocks.
int nvmlDeviceGetClockInfo(void* device, int kind, unsigned* clock) {
  *clock = 1200 + static_cast<unsigned>(kind);
  return index_of(device) == 0 ? 0 : 3;
}
int nvmlDeviceGetMaxClockInfo(void* device, int kind, unsigned* clock) {
  *clock = 1500 + static_cast<unsigned>(kind);
  return index_of(device) == 0 ? 0 : 3;
}
}
