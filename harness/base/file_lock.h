#pragma once

#include <filesystem>

namespace harness {

/// An exclusive lock between processes (and between threads), held as long as the object lives. A
/// process that dies lets go of it. On a file system that knows no locks nothing is locked.
class FileLock {
 public:
  /// Waits for the lock on the file `path`, which is made for it and removed by the destructor.
  /// Throws Error(kIo) when it cannot be made.
  static FileLock on_file(const std::filesystem::path& path);

  /// Waits for the lock on an existing folder; leaves no trace in it. Throws Error(kIo).
  static FileLock on_folder(const std::filesystem::path& folder);

  ~FileLock();
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;

 private:
  FileLock(int descriptor, std::filesystem::path removed)
      : descriptor_(descriptor), removed_(std::move(removed)) {}

  int descriptor_;
  std::filesystem::path removed_;  // Empty for a folder.
};

}  // namespace harness
