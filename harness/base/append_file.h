#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "harness/base/descriptor.h"

namespace harness {

/// A record that is appended to, and cut back to the length that it had when a state was saved:
/// what followed is written again.
class AppendFile {
 public:
  /// Creates the file if there is none, and cuts it after its first `keep_bytes` bytes. Throws
  /// Error(kIo), or Error(kInvalidFile) for a file that is shorter than that.
  AppendFile(std::filesystem::path path, std::uintmax_t keep_bytes);

  /// All of `text` has been handed to the system when the call returns. Throws Error(kIo).
  void write(std::string_view text);

  /// Flushes the file to the disk. Returns its size in bytes. Throws Error(kIo).
  std::uintmax_t sync();

 private:
  void cut(std::uintmax_t keep_bytes);

  std::filesystem::path path_;
  Descriptor file_;
  std::uintmax_t size_ = 0;
};

}  // namespace harness
