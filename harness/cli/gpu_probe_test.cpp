#include "harness/cli/gpu_probe.h"

#include <dlfcn.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/program.h"

namespace harness {
namespace {

/// What the program finds with the driver of nvml_preload.cpp.
Json gpus_of(const std::string& wanted) {
  const auto end = end_of_command("HALFPROOF_GPUS=" + wanted + " LD_LIBRARY_PATH=" + DRIVER_FOLDER +
                                  " " + HALFPROOF_PROGRAM + " doctor --json");
  EXPECT_EQ(WEXITSTATUS(end.status), 0) << end.output;
  return parse_json(end.output, "output").at("gpus");
}

TEST(GpuProbe, DescribesTheDriverAndItsDevices) {
  EXPECT_EQ(gpus_of("2"), parse_json(R"({"driver": "580.65.06", "devices": [
                {"name": "Test GPU 0", "memory_bytes": 17179869184, "clock_mhz": 1201,
                 "max_clock_mhz": 1501},
                {"name": "Test GPU 1", "memory_bytes": 18253611008}]})",
                                     "expected"));
}

TEST(GpuProbe, SaysWhyThereAreNone) {
  EXPECT_EQ(gpus_of("0"), (Json{{"absent", "the NVIDIA driver shows no GPU"}}));
  EXPECT_EQ(gpus_of("broken"), (Json{{"absent", "the NVIDIA driver does not start"}}));
}

TEST(GpuProbe, SaysThatThereIsNoDriver) {
  void* const library = ::dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library != nullptr) ::dlclose(library);
  if (library != nullptr) GTEST_SKIP() << "a driver: this is about machines without one";
  EXPECT_EQ(probe_gpus(), (Json{{"absent", "no NVIDIA driver (libnvidia-ml.so.1)"}}));
}

}  // namespace
}  // namespace harness
