#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace harness {

/// The folder that holds `path`: "." for a bare name.
std::filesystem::path folder_of(const std::filesystem::path& path);

/// The whole file as bytes. Throws Error(kIo) when it is missing, unreadable or larger than
/// `limit` bytes (a text file from outside is never that large), Error(kInvalidFile) when it
/// changes meanwhile.
std::string read_file(const std::filesystem::path& path, std::size_t limit = std::size_t{1} << 30);

/// Passes the bytes of a file to `take`, in pieces and in order. Throws as read_file() does.
void read_in_pieces(const std::filesystem::path& path,
                    const std::function<void(std::span<const std::byte>)>& take);

/// Writes `bytes` to `path`, or leaves what was there: temporary file beside it, fsync, rename,
/// fsync of the folder. Missing folders are created. Throws Error(kIo).
void write_file_atomic(const std::filesystem::path& path, std::string_view bytes);

/// A file mapped read-only into memory for as long as the object lives. Movable, not copyable.
///
/// Another process may change the file meanwhile. If it truncates the file, the lost bytes read as
/// zeros (map_guard.h): callers must call check_unchanged() after reading bytes().
class MappedFile {
 public:
  /// Throws Error(kIo). An empty file gives an empty span.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const noexcept;

  /// Throws Error(kInvalidFile) when the file has changed since it was mapped: another size,
  /// another time of modification, or bytes that could not be read.
  void check_unchanged() const;

 private:
  struct Mapping;
  std::unique_ptr<Mapping> mapping_;
};

/// A fresh folder under the system's temporary folder; the destructor removes it with its content.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace harness
