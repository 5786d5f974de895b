#include "harness/record/environment.h"

#include <sched.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/sha256.h"

namespace harness {
namespace {

/// Files under /proc have no size, so that read_file() takes them for empty.
std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What the first group of `pattern` matches in the file.
std::string found_in(const char* path, const std::string& pattern) {
  const std::string text = text_of(path);
  std::smatch match;
  EXPECT_TRUE(std::regex_search(text, match, std::regex(pattern))) << path;
  return match.size() > 1 ? match[1].str() : "";
}

TEST(Environment, IsTheOneThatTheSystemDescribes) {
  const MachineRecord machine = machine_record();
  EXPECT_EQ(machine.memory_bytes,
            1024 * std::stoll(found_in("/proc/meminfo", "MemTotal: *([0-9]+) kB")));
  EXPECT_EQ(machine.cpu, found_in("/proc/cpuinfo", "model name\\s*: ([^\n]*[^\\s])"));
  EXPECT_EQ(machine.kernel, found_in("/proc/sys/kernel/osrelease", "(\\S+)"));
  EXPECT_EQ(machine.os, found_in("/etc/os-release", "PRETTY_NAME=\"([^\"]*)\""));
  cpu_set_t usable;
  ASSERT_EQ(::sched_getaffinity(0, sizeof usable, &usable), 0);
  EXPECT_EQ(machine.cores, CPU_COUNT(&usable));
}

TEST(Environment, TheHostsNameIsHiddenInItsDigest) {
  const std::string name = found_in("/proc/sys/kernel/hostname", "(\\S+)");
  EXPECT_EQ(machine_record().hostname_sha256_8, sha256_hex(name).substr(0, 8));
}

TEST(Environment, TheBuildSaysItsVersionCommitAndCompiler) {
  const BuildRecord build = build_record();
  EXPECT_EQ(build.version, found_in("CMakeLists.txt", "project\\(halfproof VERSION ([0-9.]+)"));
  const std::string& commit = build.commit;
  EXPECT_TRUE(std::regex_match(commit, std::regex("unknown|[0-9a-f]{40}"))) << commit;
#ifdef __clang__
  EXPECT_EQ(build.compiler, "clang++ " __clang_version__);
#else
  EXPECT_EQ(build.compiler, "g++ " __VERSION__);
#endif
  EXPECT_THAT(build.build_type, testing::AnyOf("Debug", "Release", "RelWithDebInfo"));
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
  environment.gpu =
      GpuRecord{"NVIDIA H200", "0123abcd", 150754820096, "9.0",       "580.65.06", 13000,
                91000,         1,          1980,         std::nullopt};
  const Json value = record_to_json(environment);
  const auto read = record_from_json<EnvironmentRecord>(value, "a.json");
  EXPECT_EQ(record_to_json(read).dump(), value.dump());
  EXPECT_EQ(read.gpu->name, "NVIDIA H200");
  EXPECT_TRUE(read.library->cudnn.benchmark);
}

}  // namespace
}  // namespace harness
