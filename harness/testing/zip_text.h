#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Archives written by hand, for tests.
namespace harness::zip_text {

struct Entry {
  std::string name;
  std::string content;
  bool deflated = false;
};

template <typename Number>
void put(std::string& bytes, Number number) {
  for (std::size_t byte = 0; byte < sizeof(Number); ++byte) {
    bytes += static_cast<char>(number >> (8 * byte));
  }
}

inline std::string deflate(std::string_view content) {
  std::string packed(compressBound(content.size()) + 16, '\0');
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  ::deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// From the method to the length of the extra field: what both kinds of header say alike.
inline std::string common_fields(const Entry& entry, std::string_view packed) {
  std::string bytes;
  put(bytes, std::uint16_t{entry.deflated ? std::uint16_t{8} : std::uint16_t{0}});
  put(bytes, std::uint32_t{0});
  put(bytes, static_cast<std::uint32_t>(crc32_z(
                 0, reinterpret_cast<const Bytef*>(entry.content.data()), entry.content.size())));
  put(bytes, static_cast<std::uint32_t>(packed.size()));
  put(bytes, static_cast<std::uint32_t>(entry.content.size()));
  put(bytes, static_cast<std::uint16_t>(entry.name.size()));
  put(bytes, std::uint16_t{0});
  return bytes;
}

inline std::string archive(const std::vector<Entry>& entries) {
  std::string files;
  std::string directory;
  for (const Entry& entry : entries) {
    const std::string packed = entry.deflated ? deflate(entry.content) : entry.content;
    const std::string common = common_fields(entry, packed);
    directory.append("PK\x01\x02").append(6, '\0').append(common).append(10, '\0');
    put(directory, static_cast<std::uint32_t>(files.size()));
    directory.append(entry.name);
    files.append("PK\x03\x04").append(4, '\0').append(common).append(entry.name).append(packed);
  }
  std::string end("PK\x05\x06");
  end.append(4, '\0');
  put(end, static_cast<std::uint16_t>(entries.size()));
  put(end, static_cast<std::uint16_t>(entries.size()));
  put(end, static_cast<std::uint32_t>(directory.size()));
  put(end, static_cast<std::uint32_t>(files.size()));
  put(end, std::uint16_t{0});
  return files + directory + end;
}

}  // namespace harness::zip_text
