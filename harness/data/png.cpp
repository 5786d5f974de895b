#include "harness/data/png.h"

#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include <opencv2/imgcodecs.hpp>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {

constexpr std::size_t kHeaderBytes = 33;
constexpr std::size_t kEndBytes = 12;
constexpr std::uint64_t kMaxPixels = std::uint64_t{1} << 27;

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
                      byte_at(bytes, 25)};
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
    case 3:
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
  const auto bytes = read_file(path);
  const auto header = read_header(path, bytes);
  if (header.bit_depth != 8 || header.color_type != 0) {
    fail(path, fmt::format("expected a label map of 8 bits grey, got {} bits {}", header.bit_depth,
                           describe_color_type(header.color_type)));
  }
  const auto decoded = decode(path, bytes, cv::IMREAD_UNCHANGED);
  if (decoded.type() != CV_8UC1) fail(path, "expected one channel of 8 bits after decoding");
  LabelMap label{{decoded.rows, decoded.cols}, {}};
  copy_rows(decoded, label.classes);
  return label;
}

}  // namespace harness
