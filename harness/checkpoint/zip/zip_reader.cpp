#include "harness/checkpoint/zip/zip_reader.h"

#include <fmt/format.h>

#include <zlib.h>

#include <algorithm>

#include "harness/base/error.h"
#include "harness/base/text.h"
#include "harness/base/unicode.h"
#include "harness/checkpoint/zip/zip_directory.h"

namespace harness {
namespace {

[[noreturn]] void fail(const std::string& subject, const ZipEntry& entry,
                       const std::string& detail) {
  throw Error(ErrorCode::kInvalidFile, subject,
              fmt::format("zip: {}: {}", for_message(entry.name), detail));
}

void compare_checksums(const std::string& subject, const ZipEntry& entry, std::uint32_t actual) {
  if (actual == entry.crc32) return;
  fail(subject, entry, fmt::format("expected CRC-32 {}, got {}", entry.crc32, actual));
}

/// zlib's state, released whatever happens. zlib wants uInt lengths: callers keep below 2^32.
class Inflater {
 public:
  Inflater() { ready_ = ::inflateInit2(&stream_, -MAX_WBITS) == Z_OK; }
  ~Inflater() {
    if (ready_) ::inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Whether `packed` is one whole deflate stream that fills `target` exactly.
  bool run(std::span<const std::byte> packed, std::string& target) {
    if (!ready_) return false;
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
    stream_.avail_in = static_cast<uInt>(packed.size());
    stream_.next_out = reinterpret_cast<Bytef*>(target.data());
    stream_.avail_out = static_cast<uInt>(target.size());
    return ::inflate(&stream_, Z_FINISH) == Z_STREAM_END && stream_.avail_in == 0 &&
           stream_.avail_out == 0;
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

}  // namespace

std::uint32_t crc32_of(std::span<const std::byte> bytes) noexcept {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

ZipReader::ZipReader(std::span<const std::byte> archive, std::string subject)
    : archive_(archive),
      subject_(std::move(subject)),
      entries_(read_zip_directory(archive_, subject_)) {
  for (std::size_t index = 0; index < entries_.size(); ++index) {
    const auto [found, is_new] = by_name_.emplace(lower_case(entries_[index].name), index);
    if (is_new) continue;
    const std::string& before = entries_[found->second].name;
    fail(subject_, entries_[index],
         before == entries_[index].name
             ? "expected each name once, got it twice"
             : fmt::format("expected names that differ in more than case, got {} as well",
                           for_message(before)));
  }
}

const ZipEntry* ZipReader::find(std::string_view name) const {
  const auto found = by_name_.find(lower_case(name));
  return found == by_name_.end() ? nullptr : &entries_[found->second];
}

std::span<const std::byte> ZipReader::stored_bytes(const ZipEntry& entry) const {
  if (entry.deflated) fail(subject_, entry, "expected stored bytes, got deflated ones");
  return entry.data;
}

std::string ZipReader::read_small(const ZipEntry& entry, std::size_t limit) const {
  if (entry.size > limit || entry.data.size() > limit) {
    fail(subject_, entry, fmt::format("expected at most {} bytes, got {}", limit, entry.size));
  }
  std::string bytes(static_cast<std::size_t>(entry.size), '\0');
  if (entry.deflated) {
    if (!Inflater().run(entry.data, bytes)) {
      fail(subject_, entry,
           fmt::format("expected a deflate stream of {} bytes, got another", entry.size));
    }
  } else {
    std::transform(entry.data.begin(), entry.data.end(), bytes.begin(),
                   [](std::byte b) { return static_cast<char>(b); });
  }
  const std::uint32_t actual = crc32_of(std::as_bytes(std::span(bytes)));
  // PyTorch writes 0 when it was told not to compute checksums.
  if (entry.crc32 != 0) compare_checksums(subject_, entry, actual);
  return bytes;
}

}  // namespace harness
