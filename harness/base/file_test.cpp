#include "harness/base/file.h"

#include <chrono>
#include <fstream>

#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

TEST(FolderOf, ABareNameLiesInTheWorkingFolder) {
  EXPECT_EQ(folder_of("a/b/run.json"), "a/b");
  EXPECT_EQ(folder_of("/run.json"), "/");
  EXPECT_EQ(folder_of("run.json"), ".");
}

TEST(File, WritesWhatItReads) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "deep" / "er" / "file";
  write_file_atomic(path, std::string("a\0b", 3));
  EXPECT_EQ(read_file(path), std::string("a\0b", 3));
}

TEST(File, LeavesNoTemporaryBehind) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "file", "one");
  write_file_atomic(folder.path() / "file", "two");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
  EXPECT_EQ(read_file(folder.path() / "file"), "two");
}

TEST(File, AFailedWriteKeepsTheOldFile) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "taken");
  write_file_atomic(folder.path() / "taken" / "inside", "kept");
  EXPECT_THROW(write_file_atomic(folder.path() / "taken", "x"), Error);
  EXPECT_EQ(read_file(folder.path() / "taken" / "inside"), "kept");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

TEST(File, RefusesMoreThanTheLimit) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "file", "four");
  EXPECT_EQ(read_file(folder.path() / "file", 4), "four");
  EXPECT_THROW(read_file(folder.path() / "file", 3), Error);
}

TEST(File, RefusesAFolder) {
  const TemporaryFolder folder;
  EXPECT_THROW(read_file(folder.path()), Error);
  EXPECT_THROW(MappedFile{folder.path()}, Error);
}

TEST(MappedFile, ShowsTheBytesAndSurvivesAMove) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "file", "abc");
  MappedFile first(folder.path() / "file");
  const MappedFile second(std::move(first));
  ASSERT_EQ(second.bytes().size(), 3U);
  EXPECT_EQ(static_cast<char>(second.bytes()[2]), 'c');
}

TEST(MappedFile, AnEmptyFileIsAnEmptySpan) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "file", "");
  EXPECT_TRUE(MappedFile(folder.path() / "file").bytes().empty());
}

TEST(MappedFile, SaysWhenAnotherProgramCutsTheFile) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "file";
  write_file_atomic(path, std::string(3 * 4096 + 10, 'x'));
  for (const std::size_t size : {3U * 4096U + 9U, 4096U, 0U}) {
    const MappedFile file(path);
    EXPECT_NO_THROW(file.check_unchanged());
    fs::resize_file(path, size);
    std::size_t sum = 0;
    for (const std::byte byte : file.bytes()) sum += static_cast<std::size_t>(byte);
    EXPECT_EQ(sum, size * 'x');
    try {
      file.check_unchanged();
      FAIL() << size;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidFile);
      EXPECT_EQ(error.subject(), path.string());
      EXPECT_NE(error.detail().find("got one of now " + std::to_string(size) + " bytes"),
                std::string::npos)
          << error.detail();
    }
  }
}

TEST(MappedFile, SaysWhenAnotherProgramWritesToTheFile) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "file";
  write_file_atomic(path, "abc");
  fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(1));
  const MappedFile file(path);
  std::fstream(path) << 'x';
  EXPECT_THROW(file.check_unchanged(), Error);
}

TEST(MappedFile, StaysWhatItWasWhenAnotherFileTakesItsName) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "file";
  write_file_atomic(path, "abc");
  const MappedFile file(path);
  write_file_atomic(path, "another");
  EXPECT_NO_THROW(file.check_unchanged());
  EXPECT_EQ(static_cast<char>(file.bytes()[0]), 'a');
}

TEST(File, SaysWhenItIsCutWhileItIsReadInPieces) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "file";
  write_file_atomic(path, std::string(std::size_t{1} << 20, 'x'));
  std::size_t seen = 0;
  read_in_pieces(path, [&](std::span<const std::byte> piece) { seen += piece.size(); });
  EXPECT_EQ(seen, std::size_t{1} << 20);
  EXPECT_THROW(
      read_in_pieces(path, [&](std::span<const std::byte>) { fs::resize_file(path, 300000); }),
      Error);
}

}  // namespace
}  // namespace harness
