#include "harness/base/system/available_memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

#include <fmt/format.h>

namespace harness {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

/// The number behind `key` in a file of lines "key number", or the first number where key is empty.
std::optional<std::int64_t> number_in(const fs::path& file, const std::string& key) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(key)) continue;
    const auto digits = line.find_first_not_of(" \t:", key.size());
    if (digits == std::string::npos || line[digits] < '0' || line[digits] > '9') return {};
    try {
      return std::stoll(line.substr(digits));
    } catch (const std::out_of_range&) {
      return kUnlimited;  // Version 1 writes "no limit" as a number of its own.
    }
  }
  return {};
}

/// What one version of cgroups calls things.
struct Names {
  const char* limit;
  const char* usage;
  const char* droppable;
};
constexpr Names kVersion1{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"};
constexpr Names kVersion2{"memory.max", "memory.current", "inactive_file"};

std::int64_t left_in(const fs::path& group, const Names& names) {
  const auto limit = number_in(group / names.limit, "");
  const auto usage = number_in(group / names.usage, "");
  if (!limit || !usage) return kUnlimited;
  const auto droppable = number_in(group / "memory.stat", names.droppable).value_or(0);
  return std::max<std::int64_t>(*limit - (*usage - std::min(droppable, *usage)), 0);
}

/// The least of a group and all above it: a limit holds for everything below.
std::int64_t left_above(const fs::path& mount, const std::string& path, const Names& names) {
  std::int64_t least = left_in(mount, names);
  fs::path group = mount;
  for (const auto& part : fs::path(path).relative_path()) {
    group /= part;
    least = std::min(least, left_in(group, names));
  }
  return least;
}

}  // namespace

std::int64_t available_memory_bytes(const fs::path& root) {
  std::int64_t least = kUnlimited;
  const auto free_kib = number_in(root / "proc/meminfo", "MemAvailable");
  if (free_kib) least = *free_kib << 10;
  const fs::path mount = root / "sys/fs/cgroup";
  std::ifstream groups(root / "proc/self/cgroup");
  // "4:memory:/a/b" of version 1, "0::/a/b" of version 2.
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const auto controllers = fmt::format(",{},", line.substr(first + 1, second - first - 1));
    const std::string path = line.substr(second + 1);
    if (controllers == ",,") {
      least = std::min(least, left_above(mount, path, kVersion2));
    } else if (controllers.find(",memory,") != std::string::npos) {
      least = std::min(least, left_above(mount / "memory", path, kVersion1));
    }
  }
  return least;
}

}  // namespace harness
