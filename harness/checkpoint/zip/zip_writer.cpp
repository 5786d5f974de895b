#include "harness/checkpoint/zip/zip_writer.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "harness/checkpoint/zip/zip_format.h"

namespace harness {
namespace {

constexpr std::size_t kLocalSize = 30;
constexpr std::uint16_t kVersion64 = 45;
constexpr std::uint16_t kUtf8Name = 0x0800;

template <typename Number>
void append(std::string& out, std::type_identity_t<Number> number) {
  char bytes[sizeof(Number)];
  std::memcpy(bytes, &number, sizeof(number));
  out.append(bytes, sizeof(bytes));
}

void append16(std::string& out, std::size_t number) {
  append<std::uint16_t>(out, static_cast<std::uint16_t>(number));
}

void append32(std::string& out, std::uint64_t number) {
  append<std::uint32_t>(out, static_cast<std::uint32_t>(number));
}

void append64(std::string& out, std::uint64_t number) {
  append<std::uint64_t>(out, number);
}

/// An extra field without meaning, "FB", that fills up to the next multiple of the alignment.
std::string padding_field(std::uint64_t position) {
  constexpr std::uint64_t kHead = 4;
  const std::uint64_t fill =
      (ZipWriter::kAlignment - (position + kHead) % ZipWriter::kAlignment) % ZipWriter::kAlignment;
  std::string field("FB");
  append16(field, fill);
  return field.append(fill, 'Z');
}

}  // namespace

void ZipWriter::put(std::string_view bytes) {
  sink_(std::as_bytes(std::span(bytes)));
  position_ += bytes.size();
}

std::string ZipWriter::zip64_extra(const Record& record) const {
  std::string fields;
  if (record.size >= zip64_from_) {
    append64(fields, record.size);
    append64(fields, record.size);
  }
  if (record.position >= zip64_from_) append64(fields, record.position);
  if (fields.empty()) return fields;
  std::string extra;
  append16(extra, 0x0001);
  append16(extra, fields.size());
  return extra + fields;
}

void ZipWriter::add(const std::string& name, std::string_view text) {
  add(name, std::as_bytes(std::span(text)));
}

void ZipWriter::add(const std::string& name, std::span<const std::byte> bytes) {
  Record record{.name = name, .flags = kUtf8Name, .size = bytes.size(), .position = position_};
  if (!bytes.empty()) record.flags |= kSizesFollow;
  std::string extra = zip64_extra(record);
  const bool is_zip64 = !extra.empty();
  extra += padding_field(position_ + kLocalSize + name.size() + extra.size());
  std::string header;
  append32(header, 0x04034b50);
  append16(header, 0);  // Version needed.
  append16(header, record.flags);
  header.append(2 + 4 + 4 + 4 + 4, '\0');  // Stored; no time; checksum and sizes follow.
  append16(header, name.size());
  append16(header, extra.size());
  put(header + name + extra);
  if (!bytes.empty()) {
    sink_(bytes);
    position_ += bytes.size();
    record.crc32 = static_cast<std::uint32_t>(
        crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
    std::string descriptor;
    append32(descriptor, 0x08074b50);
    append32(descriptor, record.crc32);
    for (int repeat = 0; repeat < 2; ++repeat) {
      is_zip64 ? append64(descriptor, record.size) : append32(descriptor, record.size);
    }
    put(descriptor);
  }
  records_.push_back(std::move(record));
}

std::string ZipWriter::central_header(const Record& record) const {
  const std::string extra = zip64_extra(record);
  const std::uint64_t size = record.size >= zip64_from_ ? kIn64Bit32 : record.size;
  std::string header;
  append32(header, 0x02014b50);
  append16(header, 0);  // Version made by.
  append16(header, 0);  // Version needed.
  append16(header, record.flags);
  header.append(2 + 4, '\0');
  append32(header, record.crc32);
  append32(header, size);
  append32(header, size);
  append16(header, record.name.size());
  append16(header, extra.size());
  header.append(2 + 2 + 2 + 4, '\0');  // Comment, disk, attributes.
  append32(header, record.position >= zip64_from_ ? kIn64Bit32 : record.position);
  return header + record.name + extra;
}

void ZipWriter::finish() {
  const std::uint64_t directory = position_;
  for (const auto& record : records_) put(central_header(record));
  const std::uint64_t size = position_ - directory;
  const std::uint64_t end = position_;
  std::string records;
  append32(records, 0x06064b50);
  append64(records, 44);
  append16(records, 0x031e);
  append16(records, kVersion64);
  append32(records, 0);
  append32(records, 0);
  append64(records, records_.size());
  append64(records, records_.size());
  append64(records, size);
  append64(records, directory);
  append32(records, 0x07064b50);
  append32(records, 0);
  append64(records, end);
  append32(records, 1);
  append32(records, 0x06054b50);
  append32(records, 0);
  append16(records, std::min<std::size_t>(records_.size(), 0xffff));
  append16(records, std::min<std::size_t>(records_.size(), 0xffff));
  append32(records, std::min<std::uint64_t>(size, kIn64Bit32));
  append32(records, std::min<std::uint64_t>(directory, kIn64Bit32));
  append16(records, 0);
  put(records);
}

}  // namespace harness
