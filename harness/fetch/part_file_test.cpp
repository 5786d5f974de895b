#include "harness/fetch/part_file.h"

#include <sys/resource.h>

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

ResponseHead head(std::uintmax_t offset, std::optional<std::uintmax_t> total,
                  const std::string& validator = "\"v1\"") {
  return {offset, total, validator, "text/plain"};
}

class PartFileTest : public testing::Test {
 protected:
  PartFileOptions options() const { return {"source", 100, {}, true, nullptr}; }

  /// Leaves `bytes` of a download of `total` bytes, as a process does that was killed.
  void leave(std::string_view bytes, std::optional<std::uintmax_t> total,
             const std::string& validator = "\"v1\"") const {
    PartFile part(path_, options());
    part.begin(head(0, total, validator));
    part.write(std::as_bytes(std::span(bytes)));
  }

  static void write(PartFile& part, std::string_view bytes) {
    part.write(std::as_bytes(std::span(bytes)));
  }

  TemporaryFolder folder_;
  fs::path path_ = folder_.path() / "a.part";
};

TEST_F(PartFileTest, HashesWhatItWrites) {
  PartFile part(path_, options());
  part.begin(head(0, 3));
  write(part, "ab");
  write(part, "c");
  EXPECT_EQ(part.finish(), sha256_hex("abc"));
  EXPECT_EQ(read_file(path_), "abc");
  EXPECT_EQ(part.content_type(), "text/plain");
  EXPECT_FALSE(part.reused());
}

TEST_F(PartFileTest, GoesOnFromWhatWasLeft) {
  leave("ab", 3);
  PartFile part(path_, options());
  EXPECT_EQ(part.size(), 2U);
  EXPECT_EQ(part.validator(), "\"v1\"");
  EXPECT_FALSE(part.complete());
  part.begin(head(2, 3));
  write(part, "c");
  EXPECT_EQ(part.finish(), sha256_hex("abc"));
  EXPECT_EQ(read_file(path_), "abc");
  EXPECT_TRUE(part.reused());
}

TEST_F(PartFileTest, KnowsThatNothingIsMissing) {
  leave("abc", 3);
  PartFile part(path_, options());
  EXPECT_TRUE(part.complete());
  EXPECT_EQ(part.finish(), sha256_hex("abc"));
}

TEST_F(PartFileTest, AnAnswerFromZeroReplacesWhatWasLeft) {
  leave("ab", 3);
  PartFile part(path_, options());
  part.begin(head(0, 1, "\"v2\""));
  write(part, "x");
  EXPECT_EQ(part.finish(), sha256_hex("x"));
  EXPECT_EQ(read_file(path_), "x");
  EXPECT_EQ(part.validator(), "\"v2\"");
  EXPECT_FALSE(part.reused());
  EXPECT_EQ(part.high_water(), 2U);
}

TEST_F(PartFileTest, StartsAfreshWhereOldBytesCannotBeTrusted) {
  leave("ab", 3);
  PartFileOptions other_source = options();
  other_source.source = "other";
  EXPECT_EQ(PartFile(path_, other_source).size(), 0U);
  leave("ab", 3);
  PartFileOptions unverifiable = options();
  unverifiable.reuse = false;
  EXPECT_EQ(PartFile(path_, unverifiable).size(), 0U);
  leave("ab", 3, /*validator=*/"");
  EXPECT_EQ(PartFile(path_, options()).size(), 0U);
}

TEST_F(PartFileTest, StartsAfreshFromSpoiltNotes) {
  const Json spoilt = {{"source", "source"}, {"validator", 7}, {"content_type", ""}};
  for (const std::string& text :
       {std::string("{"), std::string("[]"), std::string("{}"), spoilt.dump()}) {
    leave("ab", 3);
    write_file_atomic(notes_of_part(path_), text);
    EXPECT_EQ(PartFile(path_, options()).size(), 0U) << text;
  }
  leave("ab", 3);
  fs::remove(notes_of_part(path_));
  EXPECT_EQ(PartFile(path_, options()).size(), 0U);
}

TEST_F(PartFileTest, LeavesNothingWhenThereIsNothing) {
  {
    PartFile part(path_, options());
    part.begin(head(0, 3));
  }
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(PartFileTest, LeavesNothingThatCannotBeGoneOnFrom) {
  leave("ab", 3, /*validator=*/"");
  EXPECT_TRUE(fs::is_empty(folder_.path()));
  {
    PartFile part(path_, options());
    part.begin(head(0, 3, /*validator=*/""));
    write(part, "abc");
    part.finish();
  }
  EXPECT_EQ(read_file(path_), "abc");
}

TEST_F(PartFileTest, RefusesMuchMoreThanIsPinned) {
  PartFileOptions pinned = options();
  pinned.max_bytes = 4U << 20;
  pinned.pinned = 3;
  PartFile part(path_, pinned);
  part.begin(head(0, 1U << 20));
  EXPECT_THROW(part.begin(head(0, (1U << 20) + 1)), Error);
  part.begin(head(0, std::nullopt));
  write(part, std::string(1U << 20, 'a'));
  try {
    write(part, "a");
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kChecksumMismatch);
    EXPECT_EQ(error.detail(), "expected 3 bytes, got at least 1048577");
  }
}

TEST_F(PartFileTest, RefusesMoreThanTheLimit) {
  PartFile part(path_, options());
  EXPECT_THROW(part.begin(head(0, 101)), Error);
  part.begin(head(0, std::nullopt));
  write(part, std::string(100, 'a'));
  EXPECT_THROW(write(part, "a"), Error);
  EXPECT_EQ(fs::file_size(path_), 0U);
}

TEST_F(PartFileTest, RefusesAtOnceWhatTheDiskHasNoRoomFor) {
  const std::uintmax_t everything = fs::space(folder_.path()).capacity * 2;
  PartFileOptions unlimited = options();
  unlimited.max_bytes = everything;
  PartFile part(path_, unlimited);
  try {
    part.begin(head(0, everything));
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kFetchFailed);
    EXPECT_THAT(error.detail(), HasSubstr("expected room for " + std::to_string(everything)));
  }
}

TEST_F(PartFileTest, AFullDiskIsAnIoErrorAndLosesNothing) {
  // The limit on a file's size stands in for the disk's end.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  PartFileOptions large = options();
  large.max_bytes = 10000;
  {
    PartFile part(path_, large);
    part.begin(head(0, 8192));
    const rlimit small{4096, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    EXPECT_THROW(write(part, std::string(8192, 'a')), Error);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  }
  std::signal(SIGXFSZ, handler);
  PartFile part(path_, large);
  EXPECT_EQ(part.size(), 4096U);
  part.begin(head(4096, 8192));
  write(part, std::string(4096, 'a'));
  EXPECT_EQ(part.finish(), sha256_hex(std::string(8192, 'a')));
}

TEST_F(PartFileTest, SaysHowFarItIs) {
  std::vector<std::pair<std::uintmax_t, std::uintmax_t>> calls;
  PartFileOptions watched = options();
  watched.progress = [&](std::uintmax_t done, std::uintmax_t total) {
    calls.emplace_back(done, total);
  };
  PartFile part(path_, watched);
  part.begin(head(0, 3));
  write(part, "ab");
  write(part, "c");
  EXPECT_THAT(calls, testing::ElementsAre(std::pair(2U, 3U), std::pair(3U, 3U)));
}

TEST_F(PartFileTest, AMissingFolderIsAnIoError) {
  EXPECT_THROW(PartFile(folder_.path() / "no" / "a.part", options()), Error);
}

}  // namespace
}  // namespace harness
