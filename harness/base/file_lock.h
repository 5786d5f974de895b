#pragma once

#include <filesystem>
#include <optional>

#include "harness/base/descriptor.h"

namespace harness {

/// An exclusive lock between processes (and between threads), held as long as the object lives. A
/// process that dies releases it. On a file system without locks nothing is locked.
class FileLock {
 public:
  /// Waits for the lock on the file `path`, which is created for it and removed by the destructor.
  /// Throws Error(kIo) when it cannot be created.
  static FileLock on_file(const std::filesystem::path& path);

  /// The same without waiting: nullopt when another process or thread holds the lock.
  static std::optional<FileLock> try_on_file(const std::filesystem::path& path);

  /// Waits for the lock on an existing folder; leaves no trace in it. Throws Error(kIo).
  static FileLock on_folder(const std::filesystem::path& folder);

  /// Whether another process or thread holds the lock on the file; false where there is no such
  /// file. Leaves no trace and needs no permission to write.
  static bool is_held(const std::filesystem::path& path);

  ~FileLock();
  FileLock(FileLock&& other) noexcept = default;
  FileLock& operator=(FileLock&&) = delete;

 private:
  FileLock(Descriptor held, std::filesystem::path removed)
      : held_(std::move(held)), removed_(std::move(removed)) {}

  Descriptor held_;
  std::filesystem::path removed_;  // Empty for a folder.
};

}  // namespace harness
