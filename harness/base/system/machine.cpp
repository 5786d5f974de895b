#include "harness/base/system/machine.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string_view>
#include <thread>

namespace harness {
namespace {

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

std::int64_t default_threads() {
  const char* variable = std::getenv("OMP_NUM_THREADS");
  const std::string_view text = variable == nullptr ? "" : variable;
  std::int64_t asked = 0;
  // "4,2" is a number for each level of nested teams; the first is what counts here.
  std::from_chars(text.data(), text.data() + text.size(), asked);
  if (asked > 0) return asked;
  return std::max<std::int64_t>(std::thread::hardware_concurrency(), 1);
}

}  // namespace harness
