#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

/// How we came to believe that a file's bytes are the published ones.
enum class Trust {
  kLocked,    ///< The full sha256 stood in the lock file: strong.
  kNameHash,  ///< Only the 8 hex digits of the file's name agree: 32 bits, weak; locked now.
  kFirstUse,  ///< Nothing to compare with: believed because it came first; locked now.
};
std::string_view to_string(Trust trust) noexcept;  ///< "locked", "name-hash", "first-use".

/// What a lock file pins of one published file.
struct LockEntry {
  std::string sha256;  ///< 64 lower-case hex digits.
  std::uintmax_t size = 0;
  std::vector<std::string> urls;  ///< Where the bytes are: URLs without secrets, the first one that
                                  ///< delivers is used; or paths from the lock file's folder.
  Trust trust = Trust::kFirstUse;  ///< How the digest was come by.
  std::string added;               ///< 2026-11-24T05:30:50Z.
};

/// A lock file (`halfproof.lock/1`, docs/formats.md): entries by file name.
using LockEntries = std::map<std::string, LockEntry>;

/// A missing file, or "" for a path, holds nothing. Throws Error(kIo) for an unreadable one and
/// Error(kInvalidJson) with the path of the key for a malformed one.
LockEntries read_lock_file(const std::filesystem::path& path);

/// Writes the whole file, sorted by name, atomically. Throws Error(kIo).
void write_lock_file(const std::filesystem::path& path, const LockEntries& entries);

/// Adds one entry, safely beside other processes that add theirs; follows a symbolic link. An entry
/// of that name and digest stays as it is. Throws Error(kIo), Error(kInvalidJson), and
/// Error(kChecksumMismatch) when the name is pinned to another digest.
void add_to_lock_file(const std::filesystem::path& path, const std::string& name,
                      const LockEntry& entry);

/// How a local file is named in a lock file: its path from the lock's folder, or "" when the two
/// have nothing but the root in common, because such a path says something of one machine only.
std::string path_for_lock(const std::filesystem::path& lock, const std::filesystem::path& file);

}  // namespace harness
