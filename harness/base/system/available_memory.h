#pragma once

#include <cstdint>
#include <filesystem>

namespace harness {

/// Bytes that this process can still allocate without swapping: MemAvailable of /proc/meminfo, or
/// what the memory cgroups above the process (version 1 or 2) have left, whichever is least. Page
/// cache that a cgroup can drop (inactive_file) counts as free, as MemAvailable counts it.
/// INT64_MAX where the system reports none of them. root: where /proc and /sys are found.
std::int64_t available_memory_bytes(const std::filesystem::path& root = "/");

}  // namespace harness
