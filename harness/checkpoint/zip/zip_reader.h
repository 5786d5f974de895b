#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace harness {

/// One file of an archive. Its bytes stay where they are.
struct ZipEntry {
  std::string name;
  bool deflated = false;
  std::uint32_t crc32 = 0;
  std::uint64_t size = 0;             ///< Bytes once unpacked.
  std::size_t header_position = 0;    ///< Of the local header, in the archive.
  std::span<const std::byte> data{};  ///< As it lies in the archive: packed when `deflated`.
};

/// CRC-32 as zip archives use it.
std::uint32_t crc32_of(std::span<const std::byte> bytes) noexcept;

/// The central directory of a zip or zip64 archive in memory, checked against the local headers
/// (PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5).
///
/// Refused as Error(kInvalidFile): bytes after the archive's end, more than one disk, encryption,
/// methods other than stored and deflated, an entry outside the file or over another entry, a local
/// header that says something else, more than one end record, a name that occurs twice, is empty or
/// absolute, or has a part `..`, a backslash or a control character.
///
/// The case of ASCII letters makes no other name, as for PyTorch's reader (miniz 3,
/// mz_zip_reader_locate_file without flags).
class ZipReader {
 public:
  /// archive: has to outlive the reader. subject: the file's path, for messages.
  ZipReader(std::span<const std::byte> archive, std::string subject);
  ZipReader(ZipReader&&) = default;
  ZipReader& operator=(ZipReader&&) = default;
  ZipReader(const ZipReader&) = delete;
  ZipReader& operator=(const ZipReader&) = delete;

  /// In the order of the central directory.
  const std::vector<ZipEntry>& entries() const noexcept { return entries_; }
  /// Null when there is no entry of that name.
  const ZipEntry* find(std::string_view name) const;

  /// Where the entry's bytes lie in the archive; nothing is copied and no checksum computed.
  /// Throws Error(kInvalidFile) for a deflated entry.
  std::span<const std::byte> stored_bytes(const ZipEntry& entry) const;

  /// A small entry, unpacked, its CRC-32 verified unless it is written as 0, which is how PyTorch
  /// writes that it computed none. Throws Error(kInvalidFile) when it is larger
  /// than `limit`, broken, or of another length or checksum than the directory says.
  std::string read_small(const ZipEntry& entry, std::size_t limit) const;

 private:
  std::span<const std::byte> archive_;
  std::string subject_;
  std::vector<ZipEntry> entries_;
  std::unordered_map<std::string, std::size_t> by_name_;  ///< In lower case.
};

}  // namespace harness
