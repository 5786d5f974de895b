#include "harness/base/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <thread>

#include "halfproof_commit.h"
#include "harness/base/sha256.h"

namespace harness {
namespace {

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

/// "c" of "/a/b/c" and of "/a/b/c/".
std::string last_part(const std::filesystem::path& path) {
  return path.has_filename() ? path.filename().string() : path.parent_path().filename().string();
}

/// Where an absolute path begins in an argument: "/a", "--out=/a", "-o/a"; npos where none does.
std::size_t start_of_path(const std::string& argument) {
  if (argument.starts_with('/')) return 0;
  const std::size_t start = argument.starts_with("--") ? argument.find('=') + 1 : 2;
  const bool is_path = argument.starts_with('-') && start > 0 &&
                       argument.substr(0, start) != "--" && argument.size() > start &&
                       argument[start] == '/';
  return is_path ? start : std::string::npos;
}

}  // namespace

Json build_record() {
  return {{"version", HALFPROOF_VERSION},
          {"commit", HALFPROOF_COMMIT},
          {"dirty", HALFPROOF_DIRTY},
          {"compiler", HALFPROOF_COMPILER},
          {"build_type", HALFPROOF_BUILD_TYPE}};
}

Json machine_record() {
  utsname name{};
  ::uname(&name);
  const auto pages = static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES));
  const auto page_size = static_cast<std::int64_t>(::sysconf(_SC_PAGESIZE));
  // The host's name may be private; its digest still tells one machine from another.
  return {{"hostname_sha256_8", sha256_hex(name.nodename).substr(0, 8)},
          {"os", value_in("/etc/os-release", "PRETTY_NAME", '=')},
          {"kernel", name.release},
          {"cpu", value_in("/proc/cpuinfo", "model name", ':')},
          {"cores", std::thread::hardware_concurrency()},
          {"memory_bytes", pages * page_size}};
}

std::vector<std::string> without_folders(std::vector<std::string> arguments) {
  if (!arguments.empty()) arguments[0] = last_part(arguments[0]);
  for (std::string& argument : arguments) {
    const std::size_t path = start_of_path(argument);
    if (path != std::string::npos)
      argument.replace(path, argument.npos, last_part(argument.substr(path)));
  }
  return arguments;
}

std::vector<std::string> program_arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
  return without_folders(std::move(arguments));
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  const auto length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, length};
}

std::filesystem::path program_folder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

}  // namespace harness
