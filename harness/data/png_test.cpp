#include "harness/data/png.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>
#include <opencv2/imgcodecs.hpp>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/testing/png_text.h"

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
std::string palette_png(int bits, const std::vector<std::uint8_t>& indices) {
  const png_text::Form form{static_cast<std::uint32_t>(indices.size()), 1, bits,
                            PNG_COLOR_TYPE_PALETTE};
  const auto width = static_cast<std::size_t>(bits);
  std::vector<std::uint8_t> row(form.row_bytes());
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const std::size_t bit = i * width;
    const auto shifted = indices[i] << (8 - width - bit % 8);
    row[bit / 8] = static_cast<std::uint8_t>(row[bit / 8] | shifted);
  }
  // The same colour for all: only the indices tell them apart.
  const std::vector<std::uint8_t> colours(std::size_t{3} << bits, 0x80);
  return png_text::with_chunk(png_text::encode(form, row, colours), std::string("tRNS\0", 5));
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
  const auto failure_of_length = [&](const std::string& length) {
    const auto path = write_bytes(palette_png(1, {1, 0}).replace(33, 4, length));
    return failure_of([&] { read_label_png(path); });
  };
  EXPECT_THAT(failure_of_length(png_text::number(768)), HasSubstr("cut short"));
  EXPECT_THAT(failure_of_length(png_text::number(0x7fffffff)), HasSubstr("PLTE: "));
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
