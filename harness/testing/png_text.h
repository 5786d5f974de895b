#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <png.h>
#include <zlib.h>

/// PNG files written chunk by chunk, for tests.
namespace harness::png_text {

struct Form {
  std::uint32_t width = 1;
  std::uint32_t height = 1;
  int bits = 8;
  int color_type = PNG_COLOR_TYPE_GRAY;
  bool interlaced = false;

  std::size_t row_bytes() const {
    constexpr std::size_t kChannels[] = {1, 0, 3, 1, 2, 0, 4};
    return (width * kChannels[color_type] * static_cast<std::size_t>(bits) + 7) / 8;
  }
};

inline std::string number(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 255U);
  return bytes;
}

/// body: the four letters of the type, then the data.
inline std::string chunk(const std::string& body) {
  const auto* start = reinterpret_cast<const Bytef*>(body.data());
  return number(static_cast<std::uint32_t>(body.size() - 4)) + body +
         number(static_cast<std::uint32_t>(crc32(0, start, static_cast<uInt>(body.size()))));
}

/// What zlib makes of rows, each with a byte for its filter first.
inline std::string zlib(std::string_view rows) {
  uLongf size = compressBound(rows.size());
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size,
           reinterpret_cast<const Bytef*>(rows.data()), rows.size());
  packed.resize(size);
  return packed;
}

/// The signature, the header and `chunks`. No end: that is `IEND`, a chunk too.
inline std::string file(const Form& form, const std::string& chunks) {
  const std::string fields{static_cast<char>(form.bits), static_cast<char>(form.color_type), 0, 0,
                           static_cast<char>(form.interlaced)};
  return std::string("\x89PNG\r\n\x1a\n", 8) +
         chunk("IHDR" + number(form.width) + number(form.height) + fields) + chunks;
}

/// A file with a chunk more, right before the pixels.
inline std::string with_chunk(std::string bytes, const std::string& body) {
  return bytes.insert(bytes.find("IDAT") - 4, chunk(body));
}

inline void append(png_structp png, png_bytep bytes, std::size_t size) {
  static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<char*>(bytes), size);
}

/// What libpng writes. `rows` are packed, {height, row_bytes()}. `palette` holds RGB triples.
inline std::string encode(const Form& form, std::vector<std::uint8_t> rows,
                          const std::vector<std::uint8_t>& palette = {}) {
  std::string bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &bytes, append, [](png_structp) {});
  png_set_IHDR(png, info, form.width, form.height, form.bits, form.color_type,
               form.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, 0, 0);
  std::vector<png_color> colors(palette.size() / 3);
  if (!colors.empty()) {
    std::memcpy(colors.data(), palette.data(), palette.size());
    png_set_PLTE(png, info, colors.data(), static_cast<int>(colors.size()));
  }
  std::vector<png_bytep> starts(form.height);
  for (std::size_t i = 0; i < starts.size(); ++i) starts[i] = rows.data() + i * form.row_bytes();
  png_write_info(png, info);
  png_write_image(png, starts.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

}  // namespace harness::png_text
