#include "harness/data/png.h"

#include <array>
#include <csetjmp>
#include <cstring>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <png.h>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {

constexpr std::size_t kHeaderBytes = 33;
constexpr std::size_t kColorTypeAt = 25;
constexpr std::uint64_t kMaxPixels = std::uint64_t{1} << 27;

// What libpng takes by default too, stated because a distribution may build it with other limits.
constexpr png_uint_32 kMaxSide = 1'000'000;
constexpr png_alloc_size_t kMaxChunkBytes = 8'000'000;
constexpr png_uint_32 kMaxKeptChunks = 8;
// Deflate's best: https://www.zlib.net/zlib_tech.html, "Maximum Compression Factor".
constexpr std::size_t kMaxCompression = 1032;

struct Header {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  unsigned bit_depth = 0;
  unsigned color_type = 0;
};

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view detail) {
  throw Error(ErrorCode::kInvalidData, path.string(), detail);
}

[[noreturn]] void fail_cut(const std::filesystem::path& path, std::string_view bytes) {
  fail(path, fmt::format("expected a whole PNG file, got one that is cut short after {} bytes; "
                         "fetch or unpack it again",
                         bytes.size()));
}

unsigned byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

std::uint32_t big_endian(std::string_view bytes, std::size_t index) {
  return byte_at(bytes, index) << 24U | byte_at(bytes, index + 1) << 16U |
         byte_at(bytes, index + 2) << 8U | byte_at(bytes, index + 3);
}

Header read_header(const std::filesystem::path& path, std::string_view bytes) {
  using namespace std::string_view_literals;
  if (!bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) {
    fail(path,
         fmt::format("expected a PNG file, got {} bytes without its signature", bytes.size()));
  }
  if (bytes.size() < kHeaderBytes) fail_cut(path, bytes);
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
    case PNG_COLOR_TYPE_GRAY:
      return "grey";
    case PNG_COLOR_TYPE_RGB:
      return "colour (RGB)";
    case PNG_COLOR_TYPE_PALETTE:
      return "colour (a palette)";
    case PNG_COLOR_TYPE_GRAY_ALPHA:
      return "grey with alpha";
    case PNG_COLOR_TYPE_RGB_ALPHA:
      return "colour with alpha";
    default:
      return "unknown";
  }
}

/// One file on its way through libpng.
struct Decoding {
  explicit Decoding(std::string_view file) : bytes(file) {}
  ~Decoding() { png_destroy_read_struct(&png, &info, nullptr); }
  Decoding(const Decoding&) = delete;
  Decoding& operator=(const Decoding&) = delete;

  std::string_view bytes;
  std::size_t read = 0;  ///< Of `bytes`.
  bool is_cut = false;
  std::array<char, 200> said{};  ///< libpng's text; of fixed size, see finishes().
  png_structp png = nullptr;
  png_infop info = nullptr;
  void (*transform)(png_structp) = nullptr;  ///< Asks libpng for the pixels that are wanted.
  std::span<std::uint8_t> pixels;
  std::size_t row_bytes = 0;
};

void note(Decoding& decoding, const char* text) {
  auto& said = decoding.said;
  const std::size_t used = std::strlen(said.data());
  const std::string_view separator = used > 0 ? "; " : "";
  fmt::format_to_n(said.data() + used, said.size() - 1 - used, "{}{}", separator, text);
}

[[noreturn]] void on_error(png_structp png, const char* text) {
  note(*static_cast<Decoding*>(png_get_error_ptr(png)), text);
  png_longjmp(png, 1);
}

// A warning says why the error that follows it came: "Image width is zero in IHDR".
void on_warning(png_structp png, const char* text) {
  note(*static_cast<Decoding*>(png_get_error_ptr(png)), text);
}

void read_bytes(png_structp png, png_bytep target, std::size_t count) {
  auto& decoding = *static_cast<Decoding*>(png_get_io_ptr(png));
  decoding.is_cut = count > decoding.bytes.size() - decoding.read;
  if (decoding.is_cut) png_error(png, "cut short");
  std::memcpy(target, decoding.bytes.data() + decoding.read, count);
  decoding.read += count;
}

/// Whether `step` came to its end. libpng leaves it on an error by longjmp(), which runs no
/// destructor: neither this function nor a step nor a callback of libpng may own anything.
bool finishes(void (*step)(Decoding&), Decoding& decoding) {
  if (setjmp(png_jmpbuf(decoding.png)) != 0) return false;
  step(decoding);
  return true;
}

void run(void (*step)(Decoding&), Decoding& decoding, const std::filesystem::path& path) {
  if (finishes(step, decoding)) return;
  if (decoding.is_cut) fail_cut(path, decoding.bytes);
  fail(path, fmt::format("expected a readable PNG file, got damaged image data (libpng: {}); "
                         "fetch or unpack it again",
                         decoding.said.data()));
}

void read_until_pixels(Decoding& decoding) {
  const auto png = decoding.png;
  png_set_read_fn(png, &decoding, read_bytes);
  png_set_user_limits(png, kMaxSide, kMaxSide);
  png_set_chunk_malloc_max(png, kMaxChunkBytes);
  png_set_chunk_cache_max(png, kMaxKeptChunks);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_set_benign_errors(png, 0);  // Else damage after the last row is but a warning.
  // Gamma, colour profiles and texts have no say in the pixels, however broken they are.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_ALWAYS,
                              reinterpret_cast<png_const_bytep>("eXIf"), 1);
  png_read_info(png, decoding.info);
}

void read_pixels(Decoding& decoding) {
  const auto png = decoding.png;
  decoding.transform(png);
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, decoding.info);
  if (png_get_rowbytes(png, decoding.info) != decoding.row_bytes) {
    png_error(png, "rows of another size than asked for");
  }
  for (int pass = 0; pass < passes; ++pass) {
    for (std::size_t at = 0; at < decoding.pixels.size(); at += decoding.row_bytes) {
      png_read_row(png, decoding.pixels.data() + at, nullptr);
    }
  }
  png_read_end(png, decoding.info);
}

void start(Decoding& decoding) {
  decoding.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoding, on_error, on_warning);
  if (decoding.png != nullptr) decoding.info = png_create_info_struct(decoding.png);
  if (decoding.info == nullptr) {
    throw std::runtime_error(fmt::format("libpng does not start: {}", decoding.said.data()));
  }
}

/// Memory is asked for what the file can hold, not for what it says it holds.
void check_holds_its_pixels(const Decoding& decoding, const Header& header,
                            const std::filesystem::path& path) {
  const auto packed = png_get_rowbytes(decoding.png, decoding.info) * header.height;
  if (packed / kMaxCompression > decoding.bytes.size()) fail_cut(path, decoding.bytes);
}

/// The orientation that Exif data states, 1 (upright) to 8; 1 where it states none.
unsigned exif_orientation(std::string_view exif) {
  constexpr std::size_t kEntryBytes = 12;
  constexpr unsigned kOrientation = 0x112;
  const bool is_little = exif.starts_with("II");
  if (!is_little && !exif.starts_with("MM")) return 1;
  const auto number = [&](std::size_t at, std::size_t size) -> std::size_t {
    if (exif.size() < size || at > exif.size() - size) return 0;
    std::size_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value = value << 8U | byte_at(exif, is_little ? at + size - 1 - i : at + i);
    }
    return value;
  };
  const auto directory = number(4, 4);
  for (std::size_t i = 0; i < number(directory, 2); ++i) {
    const auto entry = directory + 2 + i * kEntryBytes;
    if (number(entry, 2) == kOrientation) return static_cast<unsigned>(number(entry + 8, 2));
  }
  return 1;
}

/// Readers differ: OpenCV 4.6 turns an image by its Exif data, Pillow does not, and neither turns a
/// label map.
void check_upright(const Decoding& decoding, const std::filesystem::path& path) {
  png_unknown_chunkp chunks = nullptr;
  const int count = png_get_unknown_chunks(decoding.png, decoding.info, &chunks);
  for (const auto& chunk : std::span(chunks, static_cast<std::size_t>(count))) {
    const auto orientation =
        exif_orientation({reinterpret_cast<const char*>(chunk.data), chunk.size});
    if (orientation < 2 || orientation > 8) continue;
    fail(path, fmt::format("expected an upright image, got Exif orientation {}, which some readers "
                           "apply and others do not; turn the pixels or remove the entry",
                           orientation));
  }
}

/// The pixels after `transform`, of so many bytes each, and nothing after them in the file.
std::vector<std::uint8_t> decode(Decoding& decoding, const Header& header,
                                 const std::filesystem::path& path, std::size_t pixel_bytes) {
  start(decoding);
  run(read_until_pixels, decoding, path);
  check_holds_its_pixels(decoding, header, path);
  decoding.row_bytes = header.width * pixel_bytes;
  std::vector<std::uint8_t> pixels(decoding.row_bytes * header.height);
  decoding.pixels = pixels;
  run(read_pixels, decoding, path);
  if (decoding.read != decoding.bytes.size()) {
    fail(path, fmt::format("expected nothing after the end of the image, got {} more bytes; fetch "
                           "or unpack it again",
                           decoding.bytes.size() - decoding.read));
  }
  return pixels;
}

// Each of these is for the files that it concerns and leaves the others as they are.
void ask_for_bgr(png_structp png) {
  png_set_palette_to_rgb(png);
  png_set_gray_to_rgb(png);  // Spreads grey of fewer than 8 bits over 0 to 255, too.
  png_set_strip_alpha(png);
  png_set_bgr(png);
}

void ask_for_indices(png_structp png) {
  png_set_packing(png);                     // A byte for each pixel, its value as it is.
  png_set_check_for_invalid_index(png, 0);  // A class needs no colour.
}

ImageSize size_of(const Header& header) {
  return {header.height, header.width};
}

}  // namespace

Image read_color_png(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  const auto header = read_header(path, bytes);
  if (header.bit_depth > 8) {
    fail(path, fmt::format("expected 8 bits a channel, got {}", header.bit_depth));
  }
  Decoding decoding(bytes);
  decoding.transform = ask_for_bgr;
  Image image{size_of(header), decode(decoding, header, path, 3)};
  check_upright(decoding, path);
  return image;
}

LabelMap read_label_png(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  const auto header = read_header(path, bytes);
  const bool has_palette = header.color_type == PNG_COLOR_TYPE_PALETTE && header.bit_depth <= 8;
  if (!has_palette && (header.bit_depth != 8 || header.color_type != PNG_COLOR_TYPE_GRAY)) {
    fail(path, fmt::format("expected a label map of 8 bits grey or with a palette, got {} bits {}",
                           header.bit_depth, describe_color_type(header.color_type)));
  }
  Decoding decoding(bytes);
  decoding.transform = ask_for_indices;
  return {size_of(header), decode(decoding, header, path, 1)};
}

bool png_has_palette(const std::filesystem::path& path) {
  std::array<char, kHeaderBytes> start{};
  std::ifstream(path, std::ios::binary).read(start.data(), start.size());
  return byte_at({start.data(), start.size()}, kColorTypeAt) == PNG_COLOR_TYPE_PALETTE;
}

}  // namespace harness
