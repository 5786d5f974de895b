#include "harness/base/append_file.h"

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {

TEST(AppendFile, GoesOnWhereASavedStateSawIt) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "record";
  std::uintmax_t kept = 0;
  {
    AppendFile file(path, 0);
    file.write("one\n");
    kept = file.sync();
    file.write("lost\n");
    EXPECT_EQ(file.sync(), 9U);
  }
  EXPECT_EQ(kept, 4U);
  AppendFile file(path, kept);
  file.write("two\n");
  EXPECT_EQ(read_file(path), "one\ntwo\n");
  EXPECT_EQ(file.sync(), 8U);
}

TEST(AppendFile, BeginsAnewFromNothing) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "record", "of another run");
  AppendFile(folder.path() / "record", 0).write("new");
  EXPECT_EQ(read_file(folder.path() / "record"), "new");
}

TEST(AppendFile, RefusesARecordThatLacksWhatWasSaved) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "record", "one\n");
  EXPECT_THROW(AppendFile(folder.path() / "record", 5), Error);
  EXPECT_EQ(read_file(folder.path() / "record"), "one\n");
}

TEST(AppendFile, SaysWhereItCannotWrite) {
  EXPECT_THROW(AppendFile("fixtures/no/such/folder/record", 0), Error);
}

}  // namespace
}  // namespace harness
