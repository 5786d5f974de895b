#include "harness/checkpoint/zip/zip_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "harness/base/error.h"
#include "harness/base/unicode.h"
#include "harness/checkpoint/byte_cursor.h"
#include "harness/checkpoint/zip/zip_format.h"

namespace harness {
namespace {

constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kCentralSignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kZip64EndSignature = 0x06064b50;
constexpr std::uint32_t kZip64LocatorSignature = 0x07064b50;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kZip64EndSize = 56;
constexpr std::size_t kZip64LocatorSize = 20;
constexpr std::size_t kCentralSize = 46;
constexpr std::size_t kMaxComment = 0xffff;
constexpr std::uint16_t kZip64Extra = 0x0001;
constexpr std::uint16_t kEncrypted = 0x0001 | 0x0040 | 0x2000;  // Plain, strong, masked headers.
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;

struct Directory {
  std::uint64_t position = 0;
  std::uint64_t size = 0;
  std::uint64_t entries = 0;
  std::size_t end = 0;  ///< Where the records after the directory begin.
};

/// What a central and a local header have in common.
struct Header {
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc32 = 0;
  std::uint64_t packed_size = 0;
  std::uint64_t size = 0;
  std::uint64_t position = 0;  ///< Of the local header; only in the central one.
  std::string_view name;
};

class DirectoryReader {
 public:
  DirectoryReader(std::span<const std::byte> archive, std::string_view subject)
      : archive_(archive), subject_(subject) {}

  std::vector<ZipEntry> read() const {
    const Directory directory = locate();
    ByteCursor cursor = cursor_at(directory.position, directory.size);
    std::vector<ZipEntry> entries;
    for (std::uint64_t index = 0; index < directory.entries; ++index) {
      entries.push_back(entry_of(central_header(cursor), directory));
    }
    if (cursor.remaining() != 0) {
      fail(fmt::format("expected the central directory to end after {} entries, got {} bytes more",
                       directory.entries, cursor.remaining()));
    }
    refuse_overlaps(entries);
    return entries;
  }

 private:
  [[noreturn]] void fail(const std::string& detail) const {
    throw Error(ErrorCode::kInvalidFile, subject_, "zip: " + for_message(detail));
  }

  ByteCursor cursor_at(std::uint64_t position, std::uint64_t size) const {
    return {archive_.subspan(static_cast<std::size_t>(position), static_cast<std::size_t>(size)),
            subject_, static_cast<std::size_t>(position)};
  }

  std::uint32_t signature_at(std::size_t position) const {
    return cursor_at(position, sizeof(std::uint32_t)).take_number<std::uint32_t>();
  }

  /// The last end record there is. Readers that look for the last one and readers that look for the
  /// one whose comment ends with the file must not find two.
  std::size_t find_end_record() const {
    if (archive_.size() >= kEndSize) {
      const std::size_t last = archive_.size() - kEndSize;
      const std::size_t first = last > kMaxComment ? last - kMaxComment : 0;
      const std::size_t last_signature = archive_.size() - sizeof(kEndSignature);
      for (std::size_t position = last_signature + 1; position-- > first;) {
        if (signature_at(position) != kEndSignature) continue;
        if (position > last) break;
        ByteCursor comment = cursor_at(position + kEndSize - 2, 2);
        if (comment.take_number<std::uint16_t>() == last - position) return position;
        break;
      }
    }
    fail(
        "expected a last end record whose comment ends with the file, got none: truncated, or "
        "bytes were appended");
  }

  Directory locate() const {
    const std::size_t end = find_end_record();
    ByteCursor cursor = cursor_at(end + 4, kEndSize - 4);
    const auto disk = cursor.take_number<std::uint16_t>();
    const auto directory_disk = cursor.take_number<std::uint16_t>();
    const auto entries_here = cursor.take_number<std::uint16_t>();
    Directory directory{.end = end};
    directory.entries = cursor.take_number<std::uint16_t>();
    directory.size = cursor.take_number<std::uint32_t>();
    directory.position = cursor.take_number<std::uint32_t>();
    if (disk != directory_disk || entries_here != directory.entries ||
        (disk != 0 && disk != kIn64Bit16)) {
      fail(fmt::format("expected one disk, got disk {}", disk));
    }
    if (has_zip64_locator(end)) {
      read_zip64_end(end, directory);
    } else if (directory.entries == kIn64Bit16 || directory.size == kIn64Bit32 ||
               directory.position == kIn64Bit32) {
      fail("expected a zip64 end record, got none");
    }
    check_bounds(directory);
    return directory;
  }

  bool has_zip64_locator(std::size_t end) const {
    return end >= kZip64LocatorSize &&
           signature_at(end - kZip64LocatorSize) == kZip64LocatorSignature;
  }

  void read_zip64_end(std::size_t end, Directory& directory) const {
    ByteCursor locator = cursor_at(end - kZip64LocatorSize + 4, kZip64LocatorSize - 4);
    locator.take(4);
    const auto position = locator.take_number<std::uint64_t>();
    const std::size_t limit = end - kZip64LocatorSize;
    if (limit < kZip64EndSize || position > limit - kZip64EndSize ||
        signature_at(static_cast<std::size_t>(position)) != kZip64EndSignature) {
      fail(fmt::format("expected a zip64 end record at byte {}, got none", position));
    }
    ByteCursor record = cursor_at(position, kZip64EndSize);
    record.take(4);
    const auto size = record.take_number<std::uint64_t>();
    if (size != limit - position - (4 + 8)) {
      fail(
          fmt::format("expected the zip64 end record to lie right before its locator at byte {}, "
                      "got {} bytes behind byte {}",
                      limit, size, position + 4 + 8));
    }
    record.take(2 + 2 + 4 + 4);
    const auto entries_here = record.take_number<std::uint64_t>();
    const Directory small = directory;
    directory.entries = record.take_number<std::uint64_t>();
    directory.size = record.take_number<std::uint64_t>();
    directory.position = record.take_number<std::uint64_t>();
    directory.end = static_cast<std::size_t>(position);
    const bool agree = entries_here == directory.entries &&
                       (small.entries == kIn64Bit16 || small.entries == directory.entries) &&
                       (small.size == kIn64Bit32 || small.size == directory.size) &&
                       (small.position == kIn64Bit32 || small.position == directory.position);
    if (!agree) fail("expected the end record and the zip64 end record to agree, they do not");
  }

  void check_bounds(const Directory& directory) const {
    if (directory.position > directory.end ||
        directory.size != directory.end - directory.position) {
      fail(
          fmt::format("expected the central directory to lie right before its end record at byte "
                      "{}, got {} bytes at byte {}",
                      directory.end, directory.size, directory.position));
    }
    if (directory.entries > directory.size / kCentralSize) {
      fail(fmt::format("expected at most {} entries in a directory of {} bytes, got {}",
                       directory.size / kCentralSize, directory.size, directory.entries));
    }
  }

  Header central_header(ByteCursor& cursor) const {
    const std::size_t position = cursor.file_position();
    if (cursor.take_number<std::uint32_t>() != kCentralSignature) {
      fail(fmt::format("expected a directory entry at byte {}, got other bytes", position));
    }
    cursor.take(4);
    Header header = common_fields(cursor);
    const auto name_size = cursor.take_number<std::uint16_t>();
    const auto extra_size = cursor.take_number<std::uint16_t>();
    const auto comment_size = cursor.take_number<std::uint16_t>();
    cursor.take(2 + 2 + 4);
    header.position = cursor.take_number<std::uint32_t>();
    header.name = cursor.take_text(name_size);
    const std::size_t extra_at = cursor.file_position();
    widen(header, {cursor.take(extra_size), subject_, extra_at}, /*with_position=*/true);
    cursor.take(comment_size);
    return header;
  }

  static Header common_fields(ByteCursor& cursor) {
    Header header;
    header.flags = cursor.take_number<std::uint16_t>();
    header.method = cursor.take_number<std::uint16_t>();
    cursor.take(4);
    header.crc32 = cursor.take_number<std::uint32_t>();
    header.packed_size = cursor.take_number<std::uint32_t>();
    header.size = cursor.take_number<std::uint32_t>();
    return header;
  }

  /// Fields that do not fit into 32 bits stand in the zip64 extra field, in this order.
  static void widen(Header& header, ByteCursor extra, bool with_position) {
    while (extra.remaining() >= 4) {
      const auto id = extra.take_number<std::uint16_t>();
      const auto size = extra.take_number<std::uint16_t>();
      if (size > extra.remaining()) return;
      ByteCursor field(extra.take(size), "zip64 extra field");
      if (id != kZip64Extra) continue;
      const auto widen_one = [&field](std::uint64_t& value) {
        if (value == kIn64Bit32 && field.remaining() >= 8)
          value = field.take_number<std::uint64_t>();
      };
      widen_one(header.size);
      widen_one(header.packed_size);
      if (with_position) widen_one(header.position);
      return;
    }
  }

  ZipEntry entry_of(const Header& central, const Directory& directory) const {
    const std::string name = checked_name(central.name);
    if ((central.flags & kEncrypted) != 0)
      fail(name + ": expected plain bytes, got encrypted ones");
    if (central.method != kStored && central.method != kDeflated) {
      fail(fmt::format("{}: expected method 0 (stored) or 8 (deflated), got {}", name,
                       central.method));
    }
    if (central.method == kStored && central.packed_size != central.size) {
      fail(fmt::format("{}: expected a stored entry of {} bytes, got {}", name, central.size,
                       central.packed_size));
    }
    if (central.position >= directory.position) {
      fail(fmt::format("{}: expected a local header before byte {}, got byte {}", name,
                       directory.position, central.position));
    }
    ByteCursor cursor = cursor_at(central.position, directory.position - central.position);
    check_local_header(name, central, cursor);
    return {.name = name,
            .deflated = central.method == kDeflated,
            .crc32 = central.crc32,
            .size = central.size,
            .header_position = static_cast<std::size_t>(central.position),
            .data = cursor.take(central.packed_size)};
  }

  void check_local_header(const std::string& name, const Header& central,
                          ByteCursor& cursor) const {
    if (cursor.take_number<std::uint32_t>() != kLocalSignature) {
      fail(fmt::format("{}: expected a local header at byte {}, got other bytes", name,
                       central.position));
    }
    cursor.take(2);
    Header local = common_fields(cursor);
    const auto name_size = cursor.take_number<std::uint16_t>();
    const auto extra_size = cursor.take_number<std::uint16_t>();
    local.name = cursor.take_text(name_size);
    const std::size_t extra_at = cursor.file_position();
    widen(local, {cursor.take(extra_size), subject_, extra_at}, /*with_position=*/false);
    const bool sizes_follow = (local.flags & kSizesFollow) != 0;
    const bool same_sizes = local.crc32 == central.crc32 && local.size == central.size &&
                            local.packed_size == central.packed_size;
    const bool no_sizes = local.crc32 == 0 && local.size == 0 && local.packed_size == 0;
    if (local.name != central.name || local.method != central.method ||
        (local.flags & kEncrypted) != 0 || !(same_sizes || (sizes_follow && no_sizes))) {
      fail(
          fmt::format("{}: expected the local header at byte {} to say what the central directory "
                      "says, it differs",
                      name, central.position));
    }
  }

  std::string checked_name(std::string_view name) const {
    std::string padded("/");
    padded.append(name).append("/");
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
      return static_cast<unsigned char>(c) >= 0x20 && c != '\\' && c != 0x7f;
    });
    if (name.empty() || name.front() == '/' || !plain || padded.find("/../") != std::string::npos ||
        name.find(':') == 1) {
      fail("expected relative names without \"..\", got \"" + printable(name) + "\"");
    }
    return std::string(name);
  }

  void refuse_overlaps(const std::vector<ZipEntry>& entries) const {
    std::vector<const ZipEntry*> ordered;
    for (const ZipEntry& entry : entries) ordered.push_back(&entry);
    std::sort(ordered.begin(), ordered.end(), [](const ZipEntry* a, const ZipEntry* b) {
      return a->header_position < b->header_position;
    });
    for (std::size_t index = 1; index < ordered.size(); ++index) {
      const ZipEntry& before = *ordered[index - 1];
      const auto end =
          static_cast<std::size_t>(before.data.data() - archive_.data()) + before.data.size();
      if (ordered[index]->header_position < end) {
        fail(ordered[index]->name + ": expected entries side by side, it lies over " + before.name);
      }
    }
  }

  std::span<const std::byte> archive_;
  std::string_view subject_;
};

}  // namespace

std::vector<ZipEntry> read_zip_directory(std::span<const std::byte> archive,
                                         std::string_view subject) {
  return DirectoryReader(archive, subject).read();
}

}  // namespace harness
