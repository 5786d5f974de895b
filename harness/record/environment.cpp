#include "harness/record/environment.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <string_view>
#include <thread>

#include <fmt/format.h>

#include "halfproof_commit.h"
#include "harness/base/sha256.h"

namespace harness {
namespace {

#ifdef __clang__
constexpr const char* kCompiler = "clang++ " __clang_version__;
#else
constexpr const char* kCompiler = "g++ " __VERSION__;
#endif

/// The value of the first "key : value" line of a file under /proc or /etc, or "unknown".
std::string value_in(const char* path, std::string_view key, char separator) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(separator);
    if (colon == std::string::npos || !line.starts_with(key)) continue;
    const auto first = line.find_first_not_of(" \t\"", colon + 1);
    if (first == std::string::npos) continue;
    const auto last = line.find_last_not_of(" \t\"");
    return line.substr(first, last - first + 1);
  }
  return "unknown";
}

}  // namespace

std::string build_text(const BuildRecord& build) {
  constexpr std::size_t kDigits = 12;
  return fmt::format("of commit {}{}",
                     build.commit.empty() ? "unknown" : build.commit.substr(0, kDigits),
                     build.dirty ? " (changed since)" : "");
}

BuildRecord build_record() {
  return {HALFPROOF_VERSION, HALFPROOF_COMMIT, HALFPROOF_DIRTY, kCompiler, HALFPROOF_BUILD_TYPE};
}

MachineRecord machine_record() {
  utsname name{};
  ::uname(&name);
  const auto pages = static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES));
  const auto page_size = static_cast<std::int64_t>(::sysconf(_SC_PAGESIZE));
  MachineRecord machine;
  machine.hostname_sha256_8 = sha256_hex(name.nodename).substr(0, 8);
  machine.os = value_in("/etc/os-release", "PRETTY_NAME", '=');
  machine.kernel = name.release;
  machine.cpu = value_in("/proc/cpuinfo", "model name", ':');
  machine.cores = std::thread::hardware_concurrency();
  machine.memory_bytes = pages * page_size;
  return machine;
}

EnvironmentRecord command_environment() {
  EnvironmentRecord environment;
  environment.build = build_record();
  environment.machine = machine_record();
  return environment;
}

}  // namespace harness
