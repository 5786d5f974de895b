// A damaged PNG file is an error that names the damage, never an image.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/data/png.h"
#include "harness/testing/png_text.h"

namespace harness {
namespace {
using png_text::chunk;
using testing::AllOf;
using testing::HasSubstr;

constexpr png_text::Form kForm{3, 2, 8, PNG_COLOR_TYPE_RGB};
const std::string kRows = std::string("\0abcdefghi", 10) + std::string("\0jklmnopqr", 10);

class PngDamage : public testing::Test {
 protected:
  /// What reading says: the error's detail, or "" when nothing is refused.
  std::string refusal(const std::string& bytes, bool as_label = false) {
    const auto path = folder_.path() / "image.png";
    std::ofstream(path, std::ios::binary) << bytes;  // Thousands of files: none has to be durable.
    try {
      as_label ? static_cast<void>(read_label_png(path)) : static_cast<void>(read_color_png(path));
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidData);
      EXPECT_EQ(error.subject(), path.string());
      return error.detail();
    }
    return "";
  }
  std::string refusal_of_data(const std::string& data, const std::string& end = chunk("IEND")) {
    return refusal(png_text::file(kForm, data + end));
  }

 private:
  TemporaryFolder folder_;
};

std::string idat(const std::string& zlib_data) {
  return chunk("IDAT" + zlib_data);
}

TEST_F(PngDamage, AWholeFileIsRead) {
  EXPECT_EQ(refusal_of_data(idat(png_text::zlib(kRows))), "");
  const auto data = png_text::zlib(kRows);
  EXPECT_EQ(refusal_of_data(idat(data.substr(0, 5)) + idat("") + idat(data.substr(5))), "");
}

TEST_F(PngDamage, AChangeOfAnyByteIsRefused) {
  for (const bool interlaced : {false, true}) {
    const png_text::Form form{5, 3, 4, PNG_COLOR_TYPE_PALETTE, interlaced};
    const std::vector<std::uint8_t> rows(form.height * form.row_bytes(), 0x21);
    auto bytes = png_text::with_chunk(png_text::encode(form, rows, {1, 2, 3, 4, 5, 6, 7, 8, 9}),
                                      std::string("tEXtTitle\0stripes", 17));
    ASSERT_EQ(refusal(bytes, true), "");
    ASSERT_EQ(refusal(bytes), "");
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (const char change : {'\x01', '\x20'}) {
        bytes[at] = static_cast<char>(bytes[at] ^ change);
        EXPECT_NE(refusal(bytes, change == '\x01'), "") << at;
        bytes[at] = static_cast<char>(bytes[at] ^ change);
      }
    }
  }
}

TEST_F(PngDamage, AWrongChecksumOfAChunkIsNamed) {
  auto bytes = png_text::file(kForm, idat(png_text::zlib(kRows)) + chunk("IEND"));
  bytes[bytes.size() - 13] = static_cast<char>(bytes[bytes.size() - 13] ^ 1);
  EXPECT_THAT(refusal(bytes), AllOf(HasSubstr("libpng: IDAT: CRC error"), HasSubstr("fetch")));
}

TEST_F(PngDamage, AWrongChecksumOfThePixelsIsNamed) {
  auto data = png_text::zlib(kRows);
  data.back() = static_cast<char>(data.back() ^ 1);
  const auto wrong = HasSubstr("IDAT: incorrect data check");
  EXPECT_THAT(refusal_of_data(idat(data)), wrong);
  // In a chunk of its own it comes after the last row.
  const auto checksum_at = data.size() - 4;
  EXPECT_THAT(refusal_of_data(idat(data.substr(0, checksum_at)) + idat(data.substr(checksum_at))),
              wrong);
}

TEST_F(PngDamage, BrokenCompressionIsNamed) {
  auto data = png_text::zlib(kRows);
  data[2] = '\x07';  // A block of a kind that deflate does not have.
  EXPECT_THAT(refusal_of_data(idat(data)), HasSubstr("IDAT: invalid block type"));
}

TEST_F(PngDamage, AChangeOfTheCompressedPixelsIsRefusedWhereItsChunkIsRightAboutIt) {
  auto data = png_text::zlib(kRows);
  for (char& byte : data) {
    byte = static_cast<char>(byte ^ 1);
    EXPECT_NE(refusal_of_data(idat(data)), "") << &byte - data.data();
    byte = static_cast<char>(byte ^ 1);
  }
}

TEST_F(PngDamage, TooFewPixelsAreRefused) {
  EXPECT_THAT(refusal_of_data(idat(png_text::zlib(kRows.substr(0, 10)))),
              HasSubstr("Not enough image data"));
  const auto data = png_text::zlib(kRows);
  EXPECT_THAT(refusal_of_data(idat(data.substr(0, data.size() - 6))),
              HasSubstr("Not enough image data"));
}

TEST_F(PngDamage, PixelsWhoseChecksumIsMissingAreRefused) {
  const auto data = png_text::zlib(kRows);
  for (std::size_t missing = 1; missing <= 4; ++missing) {
    EXPECT_NE(refusal_of_data(idat(data.substr(0, data.size() - missing))), "") << missing;
  }
}

TEST_F(PngDamage, TooManyPixelsAreRefused) {
  EXPECT_THAT(refusal_of_data(idat(png_text::zlib(kRows + kRows))),
              HasSubstr("Too much image data"));
  EXPECT_THAT(refusal_of_data(idat(png_text::zlib(kRows) + "more")),
              HasSubstr("Extra compressed data"));
}

TEST_F(PngDamage, AMissingEndIsRefused) {
  EXPECT_THAT(refusal_of_data(idat(png_text::zlib(kRows)), ""), HasSubstr("cut short after"));
}

TEST_F(PngDamage, BytesAfterTheEndAreRefused) {
  const auto whole = png_text::file(kForm, idat(png_text::zlib(kRows)) + chunk("IEND"));
  EXPECT_THAT(refusal(whole + "x"), HasSubstr("got 1 more bytes"));
  EXPECT_THAT(refusal(whole + whole), HasSubstr("got " + std::to_string(whole.size())));
}

TEST_F(PngDamage, AnUnknownChunkThatMattersIsRefused) {
  const auto whole = png_text::file(kForm, idat(png_text::zlib(kRows)) + chunk("IEND"));
  EXPECT_THAT(refusal(png_text::with_chunk(whole, "ABCDx")), HasSubstr("unhandled critical chunk"));
  EXPECT_EQ(refusal(png_text::with_chunk(whole, "abCDx")), "");
}

TEST_F(PngDamage, APaletteThatIsMissingIsRefused) {
  const png_text::Form form{2, 1, 8, PNG_COLOR_TYPE_PALETTE};
  const auto data = idat(png_text::zlib(std::string(3, '\0'))) + chunk("IEND");
  EXPECT_THAT(refusal(png_text::file(form, data), true), HasSubstr("Missing PLTE"));
  EXPECT_EQ(refusal(png_text::file(form, chunk("PLTEabc") + data), true), "");
}

TEST_F(PngDamage, AClassNeedsNoColour) {
  for (const int bits : {4, 8}) {
    const png_text::Form form{16, 1, bits, PNG_COLOR_TYPE_PALETTE};
    const auto row = std::string(1, '\0') + std::string(form.row_bytes(), '\x55');
    const auto data = idat(png_text::zlib(row)) + chunk("IEND");
    EXPECT_EQ(refusal(png_text::file(form, chunk("PLTEabc") + data), true), "") << bits;
  }
}

TEST_F(PngDamage, AHeaderThatMakesNoSenseIsRefused) {
  const auto refusal_of_form = [&](const png_text::Form& form) {
    return refusal(png_text::file(form, idat(png_text::zlib(kRows)) + chunk("IEND")));
  };
  EXPECT_THAT(refusal_of_form({3, 2, 3, PNG_COLOR_TYPE_GRAY}), HasSubstr("bit depth"));
  EXPECT_THAT(refusal_of_form({3, 2, 4, PNG_COLOR_TYPE_RGB}), HasSubstr("color type"));
  EXPECT_THAT(refusal_of_form({0, 2}), HasSubstr("got 0x2"));
}

TEST_F(PngDamage, ASizeBeyondTheLimitsIsRefused) {
  const auto refusal_of_form = [&](const png_text::Form& form) {
    return refusal(png_text::file(form, idat(png_text::zlib(kRows)) + chunk("IEND")));
  };
  EXPECT_THAT(refusal_of_form({1'000'001, 1}), HasSubstr("width exceeds user limit"));
  EXPECT_THAT(refusal_of_form({1 << 14, (1 << 13) + 1}), HasSubstr("got 16384x8193"));
  // As many pixels as are allowed, which so small a file cannot hold.
  EXPECT_THAT(refusal_of_form({1 << 14, 1 << 13}), HasSubstr("cut short"));
}

/// Exif data of two entries: a width and the orientation.
std::string exif(bool little, std::uint32_t orientation) {
  const auto number = [&](std::uint32_t value, std::size_t size) {
    auto bytes = png_text::number(value).substr(4 - size);
    return little ? std::string(bytes.rbegin(), bytes.rend()) : bytes;
  };
  const auto entry = [&](std::uint32_t tag, std::uint32_t value) {
    return number(tag, 2) + number(3, 2) + number(1, 4) + number(value, 2) + number(0, 2);
  };
  return "eXIf" + std::string(little ? "II" : "MM") + number(42, 2) + number(8, 4) + number(2, 2) +
         entry(0x100, 3) + entry(0x112, orientation) + number(0, 4);
}

TEST_F(PngDamage, AnImageThatIsNotUprightIsRefused) {
  const auto data = idat(png_text::zlib(kRows));
  for (const bool little : {false, true}) {
    for (const std::uint32_t orientation : {2, 6, 8}) {
      const auto turned = chunk(exif(little, orientation));
      const auto expected = "Exif orientation " + std::to_string(orientation);
      EXPECT_THAT(refusal_of_data(turned + data), HasSubstr(expected));
      EXPECT_THAT(refusal_of_data(data + turned), HasSubstr(expected));
    }
    EXPECT_EQ(refusal_of_data(chunk(exif(little, 1)) + data), "");
    EXPECT_EQ(refusal_of_data(chunk(exif(little, 9)) + data), "");
  }
}

TEST_F(PngDamage, ExifDataThatAreCutStateNoOrientation) {
  const auto whole = exif(true, 6);
  for (std::size_t size = 4; size < whole.size() - 7; ++size) {
    EXPECT_EQ(refusal_of_data(chunk(whole.substr(0, size)) + idat(png_text::zlib(kRows))), "")
        << size;
  }
}

TEST_F(PngDamage, ManyChunksThatAreKeptAreRefused) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += chunk(exif(true, 1));
  EXPECT_THAT(refusal_of_data(many + idat(png_text::zlib(kRows))),
              HasSubstr("no space in chunk cache"));
}

}  // namespace
}  // namespace harness
