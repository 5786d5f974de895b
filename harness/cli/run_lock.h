#pragma once

#include <filesystem>

namespace harness {

/// The file by which `halfproof run` holds its run directory (base/file_lock.h).
inline constexpr const char* kRunLock = ".lock";

/// Throws Error(kUsage) while a RunDirectory, of this process or another, holds the folder: what a
/// run has not measured yet must not be taken for what it left out.
void refuse_unfinished_run(const std::filesystem::path& folder);

}  // namespace harness
