#include "harness/record/environment.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(Environment, TheMachineHasCoresAndMemory) {
  const MachineRecord machine = machine_record();
  EXPECT_GE(machine.cores, 1);
  EXPECT_GT(machine.memory_bytes, 1 << 20);
  EXPECT_NE(machine.kernel, "");
  EXPECT_EQ(machine.hostname_sha256_8.size(), 8U);
}

TEST(Environment, TheBuildSaysItsVersionAndCompiler) {
  const BuildRecord build = build_record();
  EXPECT_NE(build.version, "");
  EXPECT_NE(build.commit, "");
  EXPECT_NE(build.compiler, "");
}

TEST(Environment, ACommandHasNeitherLibrariesNorAGpu) {
  const Json value = record_to_json(command_environment());
  EXPECT_TRUE(value.at("library").is_null());
  EXPECT_TRUE(value.at("gpu").is_null());
  EXPECT_EQ(record_to_json(record_from_json<EnvironmentRecord>(value, "a.json")), value);
}

TEST(Environment, LibrariesAndAGpuComeBackFromJson) {
  EnvironmentRecord environment = command_environment();
  environment.library.emplace().threads = 7;
  environment.library->cudnn.benchmark = true;
  environment.gpu = GpuRecord{"NVIDIA H200", 150754820096, "9.0", "580.65.06", 13000, 91000, 1};
  const Json value = record_to_json(environment);
  const auto read = record_from_json<EnvironmentRecord>(value, "a.json");
  EXPECT_EQ(record_to_json(read).dump(), value.dump());
  EXPECT_EQ(read.gpu->name, "NVIDIA H200");
  EXPECT_TRUE(read.library->cudnn.benchmark);
}

}  // namespace
}  // namespace harness
