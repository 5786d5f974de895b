#include "harness/checkpoint/zip/zip_writer.h"

#include <gtest/gtest.h>

#include "harness/checkpoint/zip/zip_reader.h"

namespace harness {
namespace {

std::span<const std::byte> as_span(const std::string& text) {
  return std::as_bytes(std::span(text));
}

/// An archive of three records, one of them empty.
std::string archive(std::uint64_t zip64_from) {
  std::string bytes;
  ZipWriter writer(
      [&bytes](std::span<const std::byte> piece) {
        bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
      },
      zip64_from);
  writer.add("a/data.pkl", "short");
  writer.add("a/data/0", std::string(1000, 'x'));
  writer.add("a/data/1", "");
  writer.finish();
  return bytes;
}

void expect_readable(const std::string& bytes) {
  const ZipReader reader(as_span(bytes), "a.zip");
  ASSERT_EQ(reader.entries().size(), 3U);
  EXPECT_EQ(reader.read_small(*reader.find("a/data.pkl"), 100), "short");
  EXPECT_EQ(reader.read_small(*reader.find("a/data/0"), 1000), std::string(1000, 'x'));
  EXPECT_EQ(reader.find("a/data/0")->size, 1000U);
  EXPECT_EQ(reader.find("a/data/1")->size, 0U);
  for (const ZipEntry& entry : reader.entries()) {
    const auto place = reinterpret_cast<const char*>(entry.data.data()) - bytes.data();
    EXPECT_EQ(place % 64, 0) << entry.name;
  }
}

TEST(ZipWriter, WritesAlignedRecordsThatTheReaderReads) {
  expect_readable(archive(ZipWriter::kZip64From));
}

TEST(ZipWriter, WritesZip64FieldsForLargeRecordsAndFarPlaces) {
  const std::string large = archive(/*zip64_from=*/1000);
  expect_readable(large);
  EXPECT_NE(large, archive(ZipWriter::kZip64From));
  expect_readable(archive(/*zip64_from=*/1));
}

TEST(ZipWriter, WritesMoreRecordsThanSixteenBitsCount) {
  std::string bytes;
  ZipWriter writer([&bytes](std::span<const std::byte> piece) {
    bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  });
  for (int index = 0; index < 65'536; ++index) writer.add(std::to_string(index), "");
  writer.finish();
  EXPECT_EQ(ZipReader(as_span(bytes), "a.zip").entries().size(), 65'536U);
}

}  // namespace
}  // namespace harness
