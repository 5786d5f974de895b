#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "harness/base/descriptor.h"

namespace harness {

/// What commit() does when a file of that name exists.
enum class ExistingFile { kReplace, kRefuse };

/// Flushes the names in a folder to the disk: a rename or a link is durable only after that.
/// Returns whether the folder could be opened.
bool sync_folder(const std::filesystem::path& folder);

/// A file that is written piece by piece and appears under its name all at once or not at all:
/// temporary file beside it, fsync, rename, fsync of the folder. Missing folders are created.
/// Without commit(), nothing is left behind. Throws Error(kIo).
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  std::uintmax_t size() const noexcept { return size_; }

  /// Replaces the name that the constructor was given, in the same folder: for a name that depends
  /// on the content.
  void rename_to(const std::string& file_name);
  /// Flushes all that was written to the disk, under temporary().
  void sync();
  /// Gives the file its name; calls sync(). With kRefuse, throws when a file of that name exists,
  /// even one that another process created a moment ago.
  void commit(ExistingFile existing = ExistingFile::kReplace);

  /// Where the bytes are until commit().
  const std::filesystem::path& temporary() const noexcept { return temporary_; }
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  Descriptor file_;      ///< Open until commit().
  std::string waiting_;  ///< Small pieces, gathered until they are handed to the system.
  std::uintmax_t size_ = 0;

  void flush();
  void write_through(std::span<const std::byte> bytes);
};

}  // namespace harness
