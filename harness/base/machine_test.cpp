#include "harness/base/machine.h"

#include <sched.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <regex>

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

TEST(Machine, IsTheOneThatTheSystemDescribes) {
  const Json machine = machine_record();
  EXPECT_EQ(machine.at("memory_bytes").get<std::int64_t>(),
            1024 * std::stoll(found_in("/proc/meminfo", "MemTotal: *([0-9]+) kB")));
  EXPECT_EQ(machine.at("cpu"), found_in("/proc/cpuinfo", "model name\\s*: ([^\n]*[^\\s])"));
  EXPECT_EQ(machine.at("kernel"), found_in("/proc/sys/kernel/osrelease", "(\\S+)"));
  EXPECT_EQ(machine.at("os"), found_in("/etc/os-release", "PRETTY_NAME=\"([^\"]*)\""));
  cpu_set_t usable;
  ASSERT_EQ(::sched_getaffinity(0, sizeof usable, &usable), 0);
  EXPECT_EQ(machine.at("cores"), CPU_COUNT(&usable));
}

TEST(Machine, TheHostsNameIsHiddenInItsDigest) {
  const std::string name = found_in("/proc/sys/kernel/hostname", "(\\S+)");
  EXPECT_EQ(machine_record().at("hostname_sha256_8"), sha256_hex(name).substr(0, 8));
}

TEST(Machine, TheBuildSaysItsVersionCommitAndCompiler) {
  const Json build = build_record();
  EXPECT_EQ(build.at("version"),
            found_in("CMakeLists.txt", "project\\(halfproof VERSION ([0-9.]+)"));
  const auto commit = build.at("commit").get<std::string>();
  EXPECT_TRUE(std::regex_match(commit, std::regex("unknown|[0-9a-f]{40}"))) << commit;
  EXPECT_TRUE(build.at("dirty").is_boolean());
#ifdef __clang__
  EXPECT_EQ(build.at("compiler"), "clang++ " __clang_version__);
#else
  EXPECT_EQ(build.at("compiler"), "g++ " __VERSION__);
#endif
  EXPECT_THAT(build.at("build_type"), testing::AnyOf("Debug", "Release", "RelWithDebInfo"));
}

TEST(Machine, ArgumentsStartWithTheBareProgramName) {
  const auto arguments = program_arguments();
  ASSERT_FALSE(arguments.empty());
  EXPECT_EQ(arguments[0], "base_test");
}

TEST(Machine, TimeIsInUtcAndSortable) {
  const std::time_t before = std::time(nullptr);
  const std::string now = utc_now();
  std::tm parts{};
  ASSERT_NE(::strptime(now.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts), nullptr) << now;
  EXPECT_EQ(now.size(), 20U);
  EXPECT_GE(::timegm(&parts), before);
  EXPECT_LE(::timegm(&parts), std::time(nullptr));
}

TEST(Machine, TheProgramFolderHoldsThisTest) {
  EXPECT_TRUE(std::filesystem::exists(program_folder() / "base_test"));
}

}  // namespace
}  // namespace harness
