#include "harness/base/file_lock.h"

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

/// The most holders at one time that `take` lets through, of 8 threads that take it 50 times each.
template <typename Take>
int most_holders(Take take) {
  std::atomic<int> holders = 0;
  std::atomic<int> most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        const FileLock lock = take();
        const int now = ++holders;
        if (now > most) most = now;
        std::this_thread::yield();
        --holders;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  return most;
}

TEST(FileLock, LetsOneHolderThroughAtATime) {
  const TemporaryFolder folder;
  EXPECT_EQ(most_holders([&] { return FileLock::on_file(folder.path() / "lock"); }), 1);
  EXPECT_EQ(most_holders([&] { return FileLock::on_folder(folder.path()); }), 1);
}

TEST(FileLock, LeavesNothingBehind) {
  const TemporaryFolder folder;
  {
    const FileLock on_file = FileLock::on_file(folder.path() / "lock");
    EXPECT_TRUE(fs::exists(folder.path() / "lock"));
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(FileLock, WhoDoesNotWaitIsToldThatAnotherHoldsIt) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "lock";
  {
    const std::optional<FileLock> first = FileLock::try_on_file(path);
    ASSERT_TRUE(first.has_value());
    EXPECT_FALSE(FileLock::try_on_file(path).has_value());
    EXPECT_TRUE(fs::exists(path)) << "whoever did not get the lock must not remove its file";
  }
  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(FileLock::try_on_file(path).has_value());
}

TEST(FileLock, WhoOnlyAsksLeavesNoTrace) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "lock";
  EXPECT_FALSE(FileLock::is_held(path));
  EXPECT_TRUE(fs::is_empty(folder.path()));
  {
    const FileLock held = FileLock::on_file(path);
    EXPECT_TRUE(FileLock::is_held(path));
  }
  write_file_atomic(path, "");
  EXPECT_FALSE(FileLock::is_held(path)) << "left behind by one that died";
}

TEST(FileLock, AMovedLockIsStillHeld) {
  const TemporaryFolder folder;
  std::optional<FileLock> outer;
  {
    FileLock inner = FileLock::on_file(folder.path() / "lock");
    outer.emplace(std::move(inner));
  }
  EXPECT_TRUE(fs::exists(folder.path() / "lock"));
}

TEST(FileLock, AMissingFolderIsAnIoError) {
  const TemporaryFolder folder;
  EXPECT_THROW(FileLock::on_file(folder.path() / "no" / "lock"), Error);
  EXPECT_THROW(FileLock::on_folder(folder.path() / "no"), Error);
}

}  // namespace
}  // namespace harness
