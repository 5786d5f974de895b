#include "harness/cli/run_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/cli/run_directory.h"

namespace harness {
namespace {

TEST(RunLock, ARunIsUnfinishedAsLongAsItsDirectoryIsHeld) {
  const TemporaryFolder folder;
  const auto run = folder.path() / "run";
  EXPECT_NO_THROW(refuse_unfinished_run(run));
  {
    const RunDirectory running(run, Suite{});
    try {
      refuse_unfinished_run(run);
      FAIL() << "expected an Error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUsage);
      EXPECT_EQ(error.subject(), run);
      EXPECT_THAT(error.detail(), testing::HasSubstr("wait"));
    }
  }
  write_file_atomic(run / kRunLock, "");  // As a run leaves it that was killed.
  EXPECT_NO_THROW(refuse_unfinished_run(run));
}

}  // namespace
}  // namespace harness
