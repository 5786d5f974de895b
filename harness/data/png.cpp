#include "harness/data/png.h"

#include <array>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

#include <zlib.h>
#include <opencv2/imgcodecs.hpp>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {

constexpr std::size_t kHeaderBytes = 33;
constexpr std::size_t kEndBytes = 12;
constexpr std::uint64_t kMaxPixels = std::uint64_t{1} << 27;

constexpr unsigned kPalette = 3;
constexpr std::size_t kColorTypeAt = 25;

struct Header {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  unsigned bit_depth = 0;
  unsigned color_type = 0;
};

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view detail) {
  throw Error(ErrorCode::kInvalidData, path.string(), detail);
}

unsigned byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

std::uint32_t big_endian(std::string_view bytes, std::size_t index) {
  return byte_at(bytes, index) << 24U | byte_at(bytes, index + 1) << 16U |
         byte_at(bytes, index + 2) << 8U | byte_at(bytes, index + 3);
}

// OpenCV converts depth and colour silently and may return the part of a damaged file that it could
// read, so the header is checked before the file is decoded.
Header read_header(const std::filesystem::path& path, std::string_view bytes) {
  using namespace std::string_view_literals;
  if (!bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) {
    fail(path,
         fmt::format("expected a PNG file, got {} bytes without its signature", bytes.size()));
  }
  if (bytes.size() < kHeaderBytes + kEndBytes || bytes.substr(12, 4) != "IHDR" ||
      bytes.substr(bytes.size() - 8, 4) != "IEND") {
    fail(path, fmt::format("expected a whole PNG file, got one that is cut short after {} bytes; "
                           "fetch or unpack it again",
                           bytes.size()));
  }
  const Header header{big_endian(bytes, 16), big_endian(bytes, 20), byte_at(bytes, 24),
                      byte_at(bytes, kColorTypeAt)};
  const auto pixels = std::uint64_t{header.width} * header.height;
  if (pixels == 0 || pixels > kMaxPixels) {
    fail(path, fmt::format("expected 1 to {} pixels, got {}x{}", kMaxPixels, header.width,
                           header.height));
  }
  return header;
}

std::string_view describe_color_type(unsigned color_type) {
  switch (color_type) {
    case 0:
      return "grey";
    case 2:
      return "colour (RGB)";
    case kPalette:
      return "colour (a palette)";
    case 4:
      return "grey with alpha";
    case 6:
      return "colour with alpha";
    default:
      return "unknown";
  }
}

cv::Mat decode(const std::filesystem::path& path, const std::string& bytes, int flags) {
  const cv::Mat encoded(1, static_cast<int>(bytes.size()), CV_8UC1,
                        const_cast<char*>(bytes.data()));
  cv::Mat decoded;
  try {
    decoded = cv::imdecode(encoded, flags);
  } catch (const cv::Exception& error) {
    fail(path, "expected a readable PNG file, got: " + error.err);
  }
  if (decoded.empty()) fail(path, "expected a readable PNG file, got damaged image data");
  return decoded;
}

std::string chunk(std::string_view type, std::string_view data) {
  std::string bytes;
  const auto append_number = [&](std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8)
      bytes += static_cast<char>(number >> shift & 0xFFU);
  };
  append_number(static_cast<std::uint32_t>(data.size()));
  bytes.append(type).append(data);
  const auto* typed = reinterpret_cast<const Bytef*>(bytes.data() + 4);
  append_number(static_cast<std::uint32_t>(crc32(0, typed, static_cast<uInt>(bytes.size() - 4))));
  return bytes;
}

/// The same pixels as a file of grey ones: OpenCV turns indices of a palette into colours, and a
/// grey file of the same depth holds its pixels in the same way.
std::string without_palette(const std::filesystem::path& path, std::string_view bytes) {
  constexpr std::size_t kSignatureBytes = 8;
  constexpr std::size_t kAroundData = 12;  // Length, type and checksum.
  std::string grey(bytes.substr(0, kSignatureBytes));
  std::string header(bytes.substr(16, 13));
  header[kColorTypeAt - 16] = 0;
  grey += chunk("IHDR", header);
  for (std::size_t at = kSignatureBytes; at < bytes.size();) {
    const bool is_whole = bytes.size() - at >= kAroundData &&
                          big_endian(bytes, at) <= bytes.size() - at - kAroundData;
    if (!is_whole) fail(path, "expected whole chunks, got one that is cut short");
    const std::size_t size = kAroundData + big_endian(bytes, at);
    const auto type = bytes.substr(at + 4, 4);
    if (type == "IDAT" || type == "IEND") grey += bytes.substr(at, size);
    at += size;
  }
  return grey;
}

template <class Bytes>
void copy_rows(const cv::Mat& source, Bytes& target) {
  const auto row_bytes = static_cast<std::size_t>(source.cols) * source.elemSize();
  target.resize(row_bytes * static_cast<std::size_t>(source.rows));
  for (int row = 0; row < source.rows; ++row) {
    std::memcpy(target.data() + row_bytes * static_cast<std::size_t>(row), source.ptr(row),
                row_bytes);
  }
}

}  // namespace

Image read_color_png(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  const auto header = read_header(path, bytes);
  if (header.bit_depth > 8) {
    fail(path, fmt::format("expected 8 bits a channel, got {}", header.bit_depth));
  }
  const auto decoded = decode(path, bytes, cv::IMREAD_COLOR);
  Image image{{decoded.rows, decoded.cols}, {}};
  copy_rows(decoded, image.pixels);
  return image;
}

LabelMap read_label_png(const std::filesystem::path& path) {
  auto bytes = read_file(path);
  const auto header = read_header(path, bytes);
  const bool has_palette = header.color_type == kPalette && header.bit_depth <= 8;
  if (!has_palette && (header.bit_depth != 8 || header.color_type != 0)) {
    fail(path, fmt::format("expected a label map of 8 bits grey or with a palette, got {} bits {}",
                           header.bit_depth, describe_color_type(header.color_type)));
  }
  if (has_palette) bytes = without_palette(path, bytes);
  const auto decoded = decode(path, bytes, cv::IMREAD_UNCHANGED);
  if (decoded.type() != CV_8UC1) fail(path, "expected one channel of 8 bits after decoding");
  LabelMap label{{decoded.rows, decoded.cols}, {}};
  copy_rows(decoded, label.classes);
  // Grey of fewer bits is spread over 0 to 255.
  const auto step = static_cast<std::uint8_t>(255U / ((1U << header.bit_depth) - 1U));
  if (step > 1) {
    for (auto& value : label.classes) value = static_cast<std::uint8_t>(value / step);
  }
  return label;
}

bool png_has_palette(const std::filesystem::path& path) {
  std::array<char, kHeaderBytes> start{};
  std::ifstream(path, std::ios::binary).read(start.data(), start.size());
  return byte_at({start.data(), start.size()}, kColorTypeAt) == kPalette;
}

}  // namespace harness
