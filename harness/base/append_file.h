#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "harness/base/descriptor.h"

namespace harness {

/// A record that grows piece by piece and is cut back to where a saved state saw it: what was
/// written after that state is written again.
class AppendFile {
 public:
  /// Makes the file where there is none, and cuts off what stands behind the first `keep_bytes`
  /// bytes. Throws Error(kIo), Error(kInvalidFile) for a file that is shorter than that.
  AppendFile(std::filesystem::path path, std::uintmax_t keep_bytes);

  /// All of it is with the system when the call returns. Throws Error(kIo).
  void write(std::string_view text);

  /// Brings it to the disk. Returns the bytes that stand there. Throws Error(kIo).
  std::uintmax_t sync();

 private:
  void cut(std::uintmax_t keep_bytes);

  std::filesystem::path path_;
  Descriptor file_;
  std::uintmax_t size_ = 0;
};

}  // namespace harness
