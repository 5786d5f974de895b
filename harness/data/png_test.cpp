#include "harness/data/png.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <opencv2/imgcodecs.hpp>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;

class Png : public testing::Test {
 protected:
  std::filesystem::path write(const cv::Mat& image) {
    const auto path = folder_.path() / "image.png";
    EXPECT_TRUE(cv::imwrite(path.string(), image));
    return path;
  }
  std::filesystem::path write_bytes(std::string_view bytes) {
    const auto path = folder_.path() / "image.png";
    write_file_atomic(path, bytes);
    return path;
  }
  TemporaryFolder folder_;
};

template <class Read>
std::string failure_of(Read read) {
  try {
    read();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.detail();
  }
  return "nothing thrown";
}

std::string scene_bytes() {
  return read_file(
      "fixtures/minizoo/data/scenes/leftImg8bit/val/frankfurt/"
      "frankfurt_000000_000019_leftImg8bit.png");
}

TEST_F(Png, ColourComesBlueFirst) {
  const auto path = write(cv::Mat(2, 1, CV_8UC3, cv::Scalar(1, 2, 3)));
  const auto image = read_color_png(path);
  EXPECT_EQ(image.size, (ImageSize{2, 1}));
  EXPECT_THAT(image.pixels, ElementsAre(1, 2, 3, 1, 2, 3));
}

TEST_F(Png, GreyBecomesThreeEqualChannelsAndAlphaIsDropped) {
  EXPECT_THAT(read_color_png(write(cv::Mat(1, 1, CV_8UC1, cv::Scalar(7)))).pixels,
              ElementsAre(7, 7, 7));
  EXPECT_THAT(read_color_png(write(cv::Mat(1, 1, CV_8UC4, cv::Scalar(1, 2, 3, 9)))).pixels,
              ElementsAre(1, 2, 3));
}

TEST_F(Png, LabelsKeepTheirValues) {
  const auto path = write((cv::Mat_<std::uint8_t>(1, 3) << 0, 18, 255));
  EXPECT_THAT(read_label_png(path).classes, ElementsAre(0, 18, 255));
}

/// A PNG file of one row with a palette, of so many bits a pixel; transparent where index 0 is.
std::string palette_png(unsigned bits, const std::vector<std::uint8_t>& indices) {
  const auto be = [](std::uint32_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 255U);
    return bytes;
  };
  const auto chunk = [&](std::string body) {
    const auto size = body.size() - 4;
    const auto* start = reinterpret_cast<const Bytef*>(body.data());
    return be(static_cast<std::uint32_t>(size)) + body +
           be(static_cast<std::uint32_t>(crc32(0, start, static_cast<uInt>(body.size()))));
  };
  std::string row(1 + (indices.size() * bits + 7) / 8, '\0');  // A filter byte first.
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const std::size_t bit = i * bits;
    const auto shifted = indices[i] << (8 - bits - bit % 8);
    row[1 + bit / 8] = static_cast<char>(row[1 + bit / 8] | shifted);
  }
  std::string packed(200, '\0');
  uLongf size = packed.size();
  EXPECT_EQ(compress(reinterpret_cast<Bytef*>(packed.data()), &size,
                     reinterpret_cast<const Bytef*>(row.data()), row.size()),
            Z_OK);
  packed.resize(size);
  std::string colours;  // The same colour for all: only the indices tell them apart.
  for (unsigned i = 0; i < 1U << bits; ++i) colours += "\x80\x40\x80";
  return std::string("\x89PNG\r\n\x1a\n", 8) +
         chunk("IHDR" + be(static_cast<std::uint32_t>(indices.size())) + be(1) +
               std::string({static_cast<char>(bits), 3, 0, 0, 0})) +
         chunk("PLTE" + colours) + chunk(std::string("tRNS\0", 5)) + chunk("IDAT" + packed) +
         chunk("IEND");
}

TEST_F(Png, IndicesOfAPaletteAreLabels) {
  EXPECT_THAT(read_label_png(write_bytes(palette_png(8, {0, 18, 255, 7}))).classes,
              ElementsAre(0, 18, 255, 7));
  EXPECT_THAT(read_label_png(write_bytes(palette_png(4, {0, 15, 7}))).classes,
              ElementsAre(0, 15, 7));
  EXPECT_THAT(read_label_png(write_bytes(palette_png(2, {3, 0, 1, 2, 2}))).classes,
              ElementsAre(3, 0, 1, 2, 2));
  EXPECT_THAT(read_label_png(write_bytes(palette_png(1, {1, 0, 1}))).classes, ElementsAre(1, 0, 1));
}

TEST_F(Png, APaletteThatIsCutIsRefused) {
  auto bytes = palette_png(8, {1, 2});
  bytes.replace(33, 4, std::string("\x7f\xff\xff\xff", 4));  // The palette's length.
  const auto path = write_bytes(bytes);
  EXPECT_THAT(failure_of([&] { read_label_png(path); }), HasSubstr("cut short"));
}

TEST_F(Png, KnowsAPalette) {
  EXPECT_TRUE(png_has_palette(write_bytes(palette_png(8, {0}))));
  EXPECT_FALSE(png_has_palette(write(cv::Mat(1, 1, CV_8UC3, cv::Scalar(1, 2, 3)))));
  EXPECT_FALSE(png_has_palette(write_bytes("short")));
}

TEST_F(Png, ALabelOfColourIsRefused) {
  const auto path = write(cv::Mat(1, 1, CV_8UC3, cv::Scalar(1, 1, 1)));
  EXPECT_THAT(failure_of([&] { read_label_png(path); }), HasSubstr("got 8 bits colour (RGB)"));
}

TEST_F(Png, SixteenBitsAreRefused) {
  const auto path = write(cv::Mat(1, 1, CV_16UC1, cv::Scalar(1)));
  EXPECT_THAT(failure_of([&] { read_label_png(path); }), HasSubstr("got 16 bits grey"));
  EXPECT_THAT(failure_of([&] { read_color_png(path); }), HasSubstr("got 16"));
}

TEST_F(Png, AFileCutAnywhereIsRefused) {
  const auto bytes = scene_bytes();
  for (std::size_t size = 0; size < bytes.size(); size += bytes.size() / 97) {
    const auto path = write_bytes(std::string_view(bytes).substr(0, size));
    EXPECT_THAT(failure_of([&] { read_color_png(path); }), HasSubstr("invalid data: expected a"))
        << size;
  }
}

TEST_F(Png, AFileWithoutItsLastBytesIsRefused) {
  const auto bytes = scene_bytes();
  for (std::size_t missing = 1; missing <= 16; ++missing) {
    const auto path = write_bytes(std::string_view(bytes).substr(0, bytes.size() - missing));
    EXPECT_THAT(failure_of([&] { read_color_png(path); }), HasSubstr("cut short")) << missing;
  }
}

TEST_F(Png, ADamagedMiddleIsRefused) {
  auto bytes = scene_bytes();
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x10);
  const auto path = write_bytes(bytes);
  EXPECT_THAT(failure_of([&] { read_color_png(path); }), HasSubstr("damaged image data"));
}

TEST_F(Png, AnotherFormatIsRefused) {
  const auto path = write_bytes(std::string(100, 'x'));
  EXPECT_THAT(failure_of([&] { read_color_png(path); }), HasSubstr("expected a PNG file"));
}

TEST_F(Png, AGiganticSizeIsRefusedBeforeMemoryIsAsked) {
  auto bytes = scene_bytes();
  bytes.replace(16, 8, std::string("\x7f\xff\xff\xff\x7f\xff\xff\xff", 8));
  const auto path = write_bytes(bytes);
  EXPECT_THAT(failure_of([&] { read_color_png(path); }), HasSubstr("got 2147483647x2147483647"));
}

TEST_F(Png, AMissingFileIsAnIoError) {
  EXPECT_THAT(failure_of([&] { read_color_png(folder_.path() / "none.png"); }), HasSubstr("io: "));
}

}  // namespace
}  // namespace harness
