#include "harness/base/file.h"

#include <fstream>

#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

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

}  // namespace
}  // namespace harness
