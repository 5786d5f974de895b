#include "harness/checkpoint/zip/zip_reader.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/testing/zip_text.h"

namespace harness {
namespace {

using zip_text::archive;

class ZipReaderTest : public testing::Test {
 protected:
  ZipReader open(std::string bytes) {
    bytes_ = std::move(bytes);
    return {std::as_bytes(std::span(bytes_)), "x.zip"};
  }
  static std::string refusal(auto&& act) {
    try {
      act();
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidFile);
      EXPECT_EQ(error.subject(), "x.zip");
      return error.detail();
    }
  }

  std::string bytes_;
};

TEST_F(ZipReaderTest, FindsEntriesInTheOrderOfTheDirectory) {
  const ZipReader zip = open(archive({{"b", "two"}, {"a/c", "three"}}));
  ASSERT_EQ(zip.entries().size(), 2U);
  EXPECT_EQ(zip.entries()[0].name, "b");
  EXPECT_EQ(zip.find("a/c"), &zip.entries()[1]);
  EXPECT_EQ(zip.find("c"), nullptr);
}

/// As PyTorch's reader, which takes either of two such names.
TEST_F(ZipReaderTest, TellsNoNamesApartByCase) {
  const ZipReader zip = open(archive({{"x/DATA.pkl", "1"}, {"x/\xc3\x84", "2"}}));
  EXPECT_EQ(zip.find("X/data.PKL"), &zip.entries()[0]);
  EXPECT_EQ(zip.find("x/\xc3\xa4"), nullptr);
  EXPECT_THAT(refusal([&] {
                open(archive({{"x/DATA.pkl", "1"}, {"x/data.pkl", "2"}}));
              }),
              testing::HasSubstr("more than case, got x/DATA.pkl"));
}

TEST_F(ZipReaderTest, ShowsStoredBytesWhereTheyLie) {
  const ZipReader zip = open(archive({{"b", "two"}}));
  const auto bytes = zip.stored_bytes(*zip.find("b"));
  EXPECT_EQ(reinterpret_cast<const char*>(bytes.data()), bytes_.data() + bytes_.find("two"));
  EXPECT_EQ(bytes.size(), 3U);
}

TEST_F(ZipReaderTest, UnpacksSmallEntries) {
  const std::string text(5000, 'x');
  const ZipReader zip = open(archive({{"packed", text, /*deflated=*/true}, {"plain", text}}));
  EXPECT_TRUE(zip.find("packed")->deflated);
  EXPECT_LT(zip.find("packed")->data.size(), 100U);
  EXPECT_EQ(zip.read_small(*zip.find("packed"), 5000), text);
  EXPECT_EQ(zip.read_small(*zip.find("plain"), 5000), text);
  EXPECT_THAT(refusal([&] { zip.read_small(*zip.find("packed"), 4999); }),
              testing::HasSubstr("packed: expected at most 4999 bytes, got 5000"));
  EXPECT_THAT(refusal([&] { zip.stored_bytes(*zip.find("packed")); }),
              testing::HasSubstr("expected stored bytes"));
}

TEST_F(ZipReaderTest, ComparesChecksums) {
  std::string bytes = archive({{"b", "two"}});
  bytes[bytes.find("two")] = 'T';
  const ZipReader zip = open(bytes);
  EXPECT_THAT(refusal([&] { zip.read_small(*zip.find("b"), 10); }),
              testing::HasSubstr("b: expected CRC-32 "));
}

TEST_F(ZipReaderTest, ComparesTheChecksumsOfWhatIsPacked) {
  std::string bytes = archive({{"packed", std::string(5000, 'x'), /*deflated=*/true}});
  bytes[14] = static_cast<char>(bytes[14] ^ 1);
  const std::size_t directory = bytes.find("PK\x01\x02");
  bytes[directory + 16] = static_cast<char>(bytes[directory + 16] ^ 1);
  const ZipReader zip = open(bytes);
  EXPECT_THAT(refusal([&] { zip.read_small(*zip.find("packed"), 5000); }),
              testing::HasSubstr("packed: expected CRC-32 "));
}

TEST_F(ZipReaderTest, TakesAChecksumOfZeroForNone) {
  std::string bytes = archive({{"b", "two"}});
  bytes.replace(14, 4, 4, '\0');
  bytes.replace(bytes.find("PK\x01\x02") + 16, 4, 4, '\0');
  const ZipReader zip = open(bytes);
  EXPECT_EQ(zip.read_small(*zip.find("b"), 3), "two");
}

TEST_F(ZipReaderTest, RefusesANameThatOccursTwice) {
  EXPECT_THAT(refusal([&] {
                open(archive({{"b", "1"}, {"b", "2"}}));
              }),
              testing::HasSubstr("b: expected each name once"));
}

TEST_F(ZipReaderTest, StaysValidWhenMoved) {
  ZipReader first = open(archive({{"b", "two"}}));
  const ZipReader second = std::move(first);
  ASSERT_NE(second.find("b"), nullptr);
  EXPECT_EQ(second.read_small(*second.find("b"), 3), "two");
}

}  // namespace
}  // namespace harness
