// Every pixel that read_color_png() and read_label_png() give is that of OpenCV's own reader.

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <png.h>
#include <opencv2/imgcodecs.hpp>

#include <fmt/format.h>

#include "harness/base/file.h"
#include "harness/data/png.h"
#include "harness/testing/png_text.h"

namespace harness {
namespace {

cv::Mat opencv_reads(std::string bytes, int flags) {
  return cv::imdecode(cv::Mat(1, static_cast<int>(bytes.size()), CV_8UC1, bytes.data()), flags);
}

void expect_pixels(const cv::Mat& expected, const ImageSize& size,
                   const std::vector<std::uint8_t>& pixels) {
  ASSERT_FALSE(expected.empty());
  ASSERT_EQ(size, (ImageSize{expected.rows, expected.cols}));
  const cv::Mat packed = expected.clone();
  EXPECT_TRUE(pixels == std::vector<std::uint8_t>(packed.datastart, packed.dataend));
}

void expect_color_as_opencv(const std::filesystem::path& path) {
  const auto image = read_color_png(path);
  const cv::Mat expected = opencv_reads(read_file(path), cv::IMREAD_COLOR);
  ASSERT_EQ(expected.type(), CV_8UC3);
  expect_pixels(expected, image.size, image.pixels);
}

void expect_label_as_opencv(const std::filesystem::path& path) {
  const auto label = read_label_png(path);
  const cv::Mat expected = opencv_reads(read_file(path), cv::IMREAD_UNCHANGED);
  ASSERT_EQ(expected.type(), CV_8UC1);
  expect_pixels(expected, label.size, label.classes);
}

TEST(PngReference, EveryFixtureIsReadAsOpencvReadsIt) {
  std::size_t labels = 0;
  std::size_t images = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("fixtures")) {
    if (entry.path().extension() != ".png") continue;
    SCOPED_TRACE(entry.path().string());
    expect_color_as_opencv(entry.path());
    const bool is_label = entry.path().filename().string().find("_gtFine_") != std::string::npos;
    if (is_label) expect_label_as_opencv(entry.path());
    ++(is_label ? labels : images);
  }
  EXPECT_GT(labels, 0U);
  EXPECT_GT(images, 0U);
}

std::vector<std::uint8_t> random_bytes(std::size_t count, unsigned seed) {
  std::mt19937 generator(seed);
  std::vector<std::uint8_t> bytes(count);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(generator());
  return bytes;
}

/// Noise, whose width is no whole number of bytes; a palette has every colour that its bits name.
struct Noise {
  png_text::Form form;
  std::vector<std::uint8_t> rows;
  std::string bytes;
};

Noise noise(int bits, int color_type, bool interlaced) {
  const png_text::Form form{37, 19, bits, color_type, interlaced};
  const auto rows = random_bytes(form.height * form.row_bytes(), 1);
  const bool has_palette = color_type == PNG_COLOR_TYPE_PALETTE;
  const auto palette = random_bytes(has_palette ? std::size_t{3} << bits : 0, 2);
  return {form, rows, png_text::encode(form, rows, palette)};
}

/// Every kind of PNG of at most 8 bits a channel, with and without interlacing.
std::vector<Noise> all_kinds() {
  std::vector<Noise> kinds;
  for (const bool interlaced : {false, true}) {
    for (const int bits : {1, 2, 4, 8}) {
      kinds.push_back(noise(bits, PNG_COLOR_TYPE_GRAY, interlaced));
      kinds.push_back(noise(bits, PNG_COLOR_TYPE_PALETTE, interlaced));
    }
    kinds.push_back(noise(8, PNG_COLOR_TYPE_RGB, interlaced));
    kinds.push_back(noise(8, PNG_COLOR_TYPE_GRAY_ALPHA, interlaced));
    kinds.push_back(noise(8, PNG_COLOR_TYPE_RGB_ALPHA, interlaced));
  }
  return kinds;
}

class PngKinds : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& bytes) {
    const auto path = folder_.path() / "image.png";
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  TemporaryFolder folder_;
};

std::string description(const png_text::Form& form) {
  return fmt::format("{} bits, colour type {}, {}", form.bits, form.color_type,
                     form.interlaced ? "interlaced" : "row by row");
}

TEST_F(PngKinds, EveryKindOfImageIsReadAsOpencvReadsIt) {
  for (const auto& kind : all_kinds()) {
    SCOPED_TRACE(description(kind.form));
    expect_color_as_opencv(write(kind.bytes));
  }
}

TEST_F(PngKinds, ChunksBesideThePixelsChangeNone) {
  using namespace std::string_literals;
  const std::vector<std::string> others = {
      "gAMA" + png_text::number(20000), "sRGB\x01"s, "tEXtTitle\0noise"s,
      "cHRM" + png_text::number(10000) + std::string(28, '\x01'), "iCCPbroken\0\0not a profile"s};
  for (const auto& kind : all_kinds()) {
    const cv::Mat expected = opencv_reads(kind.bytes, cv::IMREAD_COLOR);
    for (const auto& other : others) {
      SCOPED_TRACE(description(kind.form) + " with " + other.substr(0, 4));
      const auto image = read_color_png(write(png_text::with_chunk(kind.bytes, other)));
      expect_pixels(expected, image.size, image.pixels);
    }
  }
}

/// What of the image is see-through: one grey level, one colour, or the first colours of a palette.
std::string transparency(const Noise& kind) {
  using namespace std::string_literals;
  switch (kind.form.color_type) {
    case PNG_COLOR_TYPE_GRAY:
      return "tRNS\0\x01"s;
    case PNG_COLOR_TYPE_RGB: {
      std::string color = "tRNS";
      for (std::size_t i = 0; i < 3; ++i) color += {'\0', static_cast<char>(kind.rows[i])};
      return color;
    }
    case PNG_COLOR_TYPE_PALETTE:
      return "tRNS\0\x80"s;
    default:
      return "";  // Has an alpha channel.
  }
}

TEST_F(PngKinds, TransparencyIsDroppedAsOpencvDropsIt) {
  for (const auto& kind : all_kinds()) {
    if (transparency(kind).empty()) continue;
    SCOPED_TRACE(description(kind.form));
    expect_color_as_opencv(write(png_text::with_chunk(kind.bytes, transparency(kind))));
  }
}

TEST_F(PngKinds, AGreyLabelMapIsReadAsOpencvReadsIt) {
  for (const bool interlaced : {false, true}) {
    const auto kind = noise(8, PNG_COLOR_TYPE_GRAY, interlaced);
    expect_label_as_opencv(write(kind.bytes));
    expect_label_as_opencv(
        write(png_text::with_chunk(kind.bytes, "gAMA" + png_text::number(20000))));
  }
}

std::vector<std::uint8_t> unpacked(const Noise& kind) {
  const auto bits = static_cast<std::size_t>(kind.form.bits);
  std::vector<std::uint8_t> values;
  for (std::size_t row = 0; row < kind.form.height; ++row) {
    for (std::size_t bit = 0; bit < kind.form.width * bits; bit += bits) {
      const unsigned byte = kind.rows[row * kind.form.row_bytes() + bit / 8];
      values.push_back(
          static_cast<std::uint8_t>(byte >> (8 - bits - bit % 8) & ((1U << bits) - 1)));
    }
  }
  return values;
}

TEST_F(PngKinds, APaletteKeepsItsIndices) {
  for (const auto& kind : all_kinds()) {
    if (kind.form.color_type != PNG_COLOR_TYPE_PALETTE) continue;
    SCOPED_TRACE(description(kind.form));
    EXPECT_EQ(read_label_png(write(kind.bytes)).classes, unpacked(kind));
    const auto transparent = png_text::with_chunk(kind.bytes, transparency(kind));
    EXPECT_EQ(read_label_png(write(transparent)).classes, unpacked(kind));
  }
}

}  // namespace
}  // namespace harness
