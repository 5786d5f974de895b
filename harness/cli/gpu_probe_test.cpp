#include "harness/cli/gpu_probe.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(GpuProbe, SaysDevicesOrWhyThereAreNone) {
  const Json gpus = probe_gpus();
  if (gpus.contains("absent")) {
    EXPECT_FALSE(gpus.at("absent").get<std::string>().empty());
    return;
  }
  ASSERT_FALSE(gpus.at("devices").empty());
  EXPECT_FALSE(gpus.at("devices")[0].at("name").get<std::string>().empty());
  EXPECT_GT(gpus.at("devices")[0].at("memory_bytes").get<std::uint64_t>(), 0U);
}

}  // namespace
}  // namespace harness
