#include "harness/checkpoint/zip/zip_directory.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/testing/zip_text.h"

namespace harness {
namespace {

using testing::HasSubstr;
using zip_text::archive;
using zip_text::put;

std::vector<ZipEntry> read(const std::string& bytes) {
  return read_zip_directory(std::as_bytes(std::span(bytes)), "x.zip");
}

std::string refusal(const std::string& bytes) {
  try {
    read(bytes);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidFile);
    return error.detail();
  }
}

/// The end records of a zip64 archive in the place of the plain one.
std::string as_zip64(std::string bytes, std::uint64_t entries) {
  const std::size_t end = bytes.rfind("PK\x05\x06");
  const std::size_t directory = bytes.find("PK\x01\x02");
  std::string records("PK\x06\x06");
  put(records, std::uint64_t{44});
  records.append(12, '\0');
  put(records, entries);
  put(records, entries);
  put(records, std::uint64_t{end - directory});
  put(records, std::uint64_t{directory});
  records.append("PK\x06\x07").append(4, '\0');
  put(records, std::uint64_t{end});
  put(records, std::uint32_t{1});
  for (const std::size_t at : {8U, 10U}) bytes.replace(end + at, 2, "\xff\xff");
  for (const std::size_t at : {12U, 16U}) bytes.replace(end + at, 4, "\xff\xff\xff\xff");
  return bytes.insert(end, records);
}

TEST(ZipDirectory, ListsWhatPyTorchWrote) {
  const std::string bytes = read_file("fixtures/checkpoints/small_zip.pth");
  const auto entries = read(bytes);
  ASSERT_FALSE(entries.empty());
  EXPECT_EQ(entries[0].name, "small_zip/data.pkl");
  for (const ZipEntry& entry : entries) EXPECT_EQ(entry.data.size(), entry.size);
}

TEST(ZipDirectory, ReadsZip64EndRecords) {
  const auto entries = read(as_zip64(archive({{"a", "1"}, {"b", "22"}}), 2));
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[1].size, 2U);
  EXPECT_THAT(refusal(as_zip64(archive({{"a", "1"}}), ~std::uint64_t{0})), HasSubstr("at most 1"));
}

TEST(ZipDirectory, TakesSizesFromTheZip64Field) {
  std::string bytes = archive({{"a", "1"}});
  std::string field;
  put(field, std::uint16_t{1});
  put(field, std::uint16_t{16});
  put(field, std::uint64_t{1});
  put(field, std::uint64_t{1});
  const std::size_t directory = bytes.find("PK\x01\x02");
  bytes.replace(directory + 20, 8, "\xff\xff\xff\xff\xff\xff\xff\xff");
  bytes[directory + 30] = static_cast<char>(field.size());
  bytes.insert(directory + 47, field);
  const std::size_t end = bytes.rfind("PK\x05\x06");
  bytes[end + 12] = static_cast<char>(end - directory);
  EXPECT_EQ(read(bytes).at(0).size, 1U);
}

/// Sizes after the data, with their own signature, and zip64 end records.
std::string with_everything() {
  std::string bytes = archive({{"x/a", "12"}, {"x/b", std::string(70, 'b')}});
  const std::size_t directory = bytes.find("PK\x01\x02");
  bytes[directory + 8] = 8;
  bytes[6] = 8;
  bytes.replace(14, 12, 12, '\0');
  return as_zip64(bytes, 2);
}

TEST(ZipDirectory, RefusesAnArchiveWhereverItIsCut) {
  const std::string bytes = with_everything();
  EXPECT_EQ(read(bytes).size(), 2U);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    // Copied, so that a sanitizer sees what is read behind the end.
    const std::string cut = std::string(bytes.data(), size);
    EXPECT_THAT(refusal(cut), HasSubstr("expected")) << size;
  }
}

TEST(ZipDirectory, ReadsOrRefusesAnArchiveWhateverByteIsWrong) {
  const std::string bytes = with_everything();
  std::size_t refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int wrong = 1; wrong < 256; ++wrong) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ wrong);
      if (!refusal(changed).empty()) ++refused;
    }
  }
  EXPECT_GT(refused, bytes.size() * 255 / 2);
}

TEST(ZipDirectory, TakesACommentThatEndsWithTheFile) {
  std::string bytes = archive({{"a", "1"}});
  bytes[bytes.size() - 2] = 3;
  EXPECT_EQ(read(bytes + "abc").size(), 1U);
  EXPECT_THAT(refusal(bytes + "abcd"), HasSubstr("appended"));
}

/// PyTorch's reader takes the last end record, whatever it says of its comment.
TEST(ZipDirectory, RefusesAnotherEndRecordInTheComment) {
  std::string good = archive({{"a", "1"}});
  std::string other = archive({{"b", "2"}});
  for (const int comment : {0, 7, 255}) {
    other[other.size() - 2] = static_cast<char>(comment);
    for (const std::string& tail : {other, other.substr(0, other.size() - 1)}) {
      good[good.size() - 2] = static_cast<char>(tail.size());
      // Its length is right only for bytes that are no archive either: the directory is elsewhere.
      EXPECT_NE(refusal(good + tail), "") << comment;
    }
  }
  good[good.size() - 2] = 4;
  EXPECT_THAT(refusal(good + "PK\x05\x06"), HasSubstr("a last end record"));
}

TEST(ZipDirectory, ReadsAnArchiveOfNothing) {
  EXPECT_TRUE(read(archive({})).empty());
}

TEST(ZipDirectory, RefusesNamesThatLeaveTheFolder) {
  for (const char* name : {"../a", "a/../b", "..", "a/..", "/a", "a\\b", "c:a", "a\nb", ""}) {
    EXPECT_THAT(refusal(archive({{name, "1"}})), HasSubstr("relative names")) << name;
  }
  for (const char* name : {"a..b", "..a/b", "a/.b", "a b"}) {
    EXPECT_EQ(refusal(archive({{name, "1"}})), "") << name;
  }
}

TEST(ZipDirectory, RefusesEncryptionOtherMethodsAndOtherLocalHeaders) {
  const std::string good = archive({{"a", "12"}});
  const std::size_t directory = good.find("PK\x01\x02");
  const auto changed = [&](std::size_t at, char byte) {
    std::string bytes = good;
    bytes[at] = byte;
    return refusal(bytes);
  };
  EXPECT_THAT(changed(directory + 8, 1), HasSubstr("encrypted"));
  EXPECT_THAT(changed(directory + 10, 12), HasSubstr("got 12"));
  for (const std::size_t at : {6U, 8U, 14U, 18U, 22U, 30U}) {
    EXPECT_THAT(changed(at, 1), HasSubstr("it differs")) << at;
  }
  EXPECT_THAT(changed(directory + 42, 127), HasSubstr("a local header before"));
}

TEST(ZipDirectory, TakesSizesThatFollowTheData) {
  std::string bytes = archive({{"a", "1"}});
  bytes[6] = 8;
  bytes.replace(14, 12, std::string(12, '\0'));
  EXPECT_EQ(read(bytes).at(0).size, 1U);
}

TEST(ZipDirectory, RefusesEntriesOverEachOther) {
  const std::string inner = archive({{"b", "2"}});
  const std::string local = inner.substr(0, inner.find("PK\x01\x02"));
  std::string bytes = archive({{"a", local}, {"b", "2"}});
  const std::size_t second = bytes.find("PK\x01\x02", bytes.find("PK\x01\x02") + 1);
  bytes[second + 42] = 31;
  EXPECT_THAT(refusal(bytes), HasSubstr("b: expected entries side by side, it lies over a"));
}

}  // namespace
}  // namespace harness
