#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

/// Writes a zip archive front to back: stored records, each of whose bytes begin at a multiple of
/// kAlignment, zip64 fields where a size or a place asks for them (PKWARE APPNOTE 6.3.10, sections
/// 4.3 to 4.5). Layout of PyTorch 2.11's caffe2/serialize/inline_container.cc, to the byte: readers
/// may compute places instead of looking them up.
class ZipWriter {
 public:
  static constexpr std::size_t kAlignment = 64;
  static constexpr std::uint64_t kZip64From = 0xffffffff;
  using Sink = std::function<void(std::span<const std::byte>)>;

  /// sink: gets every byte once, in order.
  /// zip64_from: sizes and places from here on are written as zip64; smaller only in tests.
  explicit ZipWriter(Sink sink, std::uint64_t zip64_from = kZip64From)
      : sink_(std::move(sink)), zip64_from_(zip64_from) {}

  /// name: relative, unlike all before; not checked.
  void add(const std::string& name, std::span<const std::byte> bytes);
  void add(const std::string& name, std::string_view text);
  /// The central directory; nothing can be added after it.
  void finish();

 private:
  struct Record {
    std::string name;
    std::uint16_t flags = 0;
    std::uint32_t crc32 = 0;
    std::uint64_t size = 0;
    std::uint64_t position = 0;
  };

  void put(std::string_view bytes);
  /// The zip64 extra field of a record, empty when it needs none.
  std::string zip64_extra(const Record& record) const;
  std::string central_header(const Record& record) const;

  Sink sink_;
  std::uint64_t zip64_from_;
  std::uint64_t position_ = 0;
  std::vector<Record> records_;
};

}  // namespace harness
