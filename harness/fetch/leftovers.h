#pragma once

#include <filesystem>

namespace harness {

/// Removes the temporary files that write_file_atomic(path, ...) left where its process was killed.
/// Only for a `path` that nobody else writes now: the caller holds a lock.
void remove_leftovers(const std::filesystem::path& path);

}  // namespace harness
