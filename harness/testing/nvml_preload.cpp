// For gpu_monitor_test.cpp, gpu_probe_test.cpp and doctor_command_test.cpp: a driver's
// libnvidia-ml.so.1 that shows as many GPUs as HALFPROOF_GPUS says, and does not start when that is
// "broken".

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
  if (index >= std::stoul(wanted())) return 2;
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
int nvmlDeviceGetHandleByUUID(const char* uuid, void** device) {
  unsigned index = 0;
  return std::sscanf(uuid, "GPU-%u", &index) == 1 ? nvmlDeviceGetHandleByIndex_v2(index, device)
                                                  : 2;
}
int nvmlDeviceGetPowerUsage(void* /*device*/, unsigned* milliwatts) {
  *milliwatts = 312500;
  return 0;
}
int nvmlDeviceGetTemperature(void* /*device*/, int sensor, unsigned* celsius) {
  *celsius = 61;
  return sensor == 0 ? 0 : 2;
}
// By its name before R535 alone.
int nvmlDeviceGetCurrentClocksThrottleReasons(void* /*device*/, unsigned long long* reasons) {
  *reasons = 0x2 | 0x4;
  return 0;
}
struct Process {
  unsigned pid;
  unsigned long long used_memory;
  unsigned gpu_instance, compute_instance;
};
int nvmlDeviceGetComputeRunningProcesses_v3(void* /*device*/, unsigned* count, Process* processes) {
  if (*count < 2) return 7;
  *count = 2;
  processes[0] = {1, 0, 0, 0};
  processes[1] = {2, 0, 0, 0};
  return 0;
}
}
