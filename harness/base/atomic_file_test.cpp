#include "harness/base/atomic_file.h"

#include <iterator>

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

std::ptrdiff_t files_in(const fs::path& folder) {
  return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

TEST(AtomicFile, AppearsAtOnceWithAllItsPieces) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "deep" / "file";
  const std::string large(200'000, 'x');
  AtomicFile file(path);
  file.write("small ");
  file.write(large);
  file.write(" end");
  EXPECT_FALSE(fs::exists(path));
  file.commit();
  EXPECT_EQ(read_file(path), "small " + large + " end");
  EXPECT_EQ(file.size(), 200'010U);
  EXPECT_EQ(files_in(path.parent_path()), 1);
}

TEST(AtomicFile, LeavesNothingAndKeepsTheOldFileWithoutCommit) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "file", "old");
  { AtomicFile(folder.path() / "file").write("new"); }
  EXPECT_EQ(read_file(folder.path() / "file"), "old");
  EXPECT_EQ(files_in(folder.path()), 1);
}

TEST(AtomicFile, ReplacesOrRefusesAFileOfThatName) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "file", "old");
  {
    AtomicFile file(folder.path() / "file");
    file.write("new");
    EXPECT_THROW(file.commit(ExistingFile::kRefuse), Error);
    EXPECT_EQ(read_file(folder.path() / "file"), "old");
  }
  EXPECT_EQ(files_in(folder.path()), 1);
  AtomicFile file(folder.path() / "file");
  file.write("new");
  file.commit();
  EXPECT_EQ(read_file(folder.path() / "file"), "new");
}

TEST(AtomicFile, TakesANameThatDependsOnTheContent) {
  const TemporaryFolder folder;
  AtomicFile file(folder.path() / "unnamed");
  file.write("abc");
  file.rename_to("abc.txt");
  file.commit(ExistingFile::kRefuse);
  EXPECT_EQ(read_file(folder.path() / "abc.txt"), "abc");
  EXPECT_EQ(files_in(folder.path()), 1);
}

TEST(AtomicFile, SaysWhichFileTheDiskRefuses) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "file", "no folder");
  EXPECT_THROW(AtomicFile(folder.path() / "file" / "inside"), Error);
  AtomicFile lost(folder.path() / "lost");
  lost.rename_to("missing/name");
  EXPECT_THROW(lost.commit(), Error);
  EXPECT_EQ(files_in(folder.path()), 2);
}

}  // namespace
}  // namespace harness
