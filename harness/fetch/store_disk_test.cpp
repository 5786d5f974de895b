// Disks that are full or read-only, and processes that share a cache.
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/fetch/store.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::size_t kBytes = 512U << 10;
const std::string kBody(kBytes, 'a');
const std::string kName = "fcn-" + sha256_hex(kBody).substr(0, 8) + ".pth";

/// A file URL, so that no server's threads are there to be forked.
class StoreDisk : public testing::Test {
 protected:
  StoreDisk() {
    write_file_atomic(folder_.path() / "zoo" / kName, kBody);
    options_.cache = folder_.path() / "ein Ördner" / "files";
    options_.lock = folder_.path() / "zoo.lock.json";
  }

  std::string url() const { return "file://" + (folder_.path() / "zoo" / kName).string(); }

  /// "" or what went wrong.
  std::string outcome() const {
    try {
      return obtain(url(), options_).sha256 == sha256_hex(kBody) ? "" : "a wrong file";
    } catch (const Error& error) {
      return error.what();
    }
  }

  /// outcome() in a process of its own, after `prepare`; "SKIP" when that cannot be had.
  template <typename Prepare>
  std::string outcome_after(Prepare prepare) const {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return "no pipe";
    const pid_t child = ::fork();
    if (child == 0) {
      const std::string text = prepare() ? outcome() : "SKIP";
      const ssize_t written = ::write(ends[1], text.data(), text.size());
      ::_exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
    }
    ::close(ends[1]);
    std::string text;
    std::array<char, 4096> block{};
    for (ssize_t count = 0; (count = ::read(ends[0], block.data(), block.size())) > 0;) {
      text.append(block.data(), static_cast<std::size_t>(count));
    }
    ::close(ends[0]);
    int status = -1;
    ::waitpid(child, &status, 0);
    return status == 0 ? text : "the process ended with " + std::to_string(status);
  }

  /// Names of all whole files in the cache.
  std::vector<std::string> whole_files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(options_.cache)) {
      const std::string path = entry.path().string();
      const bool helper = path.find("/urls/") != path.npos || path.find("/partial/") != path.npos;
      if (entry.is_regular_file() && !helper) names.push_back(entry.path().filename());
    }
    return names;
  }

  void expect_full(const std::string& outcome, const std::string& reason) const {
    EXPECT_THAT(outcome, HasSubstr("fetch failed: " + url() + ": "));
    EXPECT_THAT(outcome, HasSubstr(reason));
    EXPECT_THAT(outcome, HasSubstr("make room"));
  }

  TemporaryFolder folder_;
  StoreOptions options_;
};

TEST_F(StoreDisk, AFileThatMayNotGrowIsAnErrorAndTheNextCallEndsWell) {
  expect_full(outcome_after([] {
                std::signal(SIGXFSZ, SIG_IGN);
                const rlimit small{kBytes / 2, kBytes / 2};
                return ::setrlimit(RLIMIT_FSIZE, &small) == 0;
              }),
              "File too large");
  EXPECT_TRUE(whole_files().empty());
  EXPECT_FALSE(fs::exists(options_.lock));
  EXPECT_EQ(outcome(), "");
  EXPECT_THAT(whole_files(), ElementsAre(kName));
}

/// A small file system on `folder`, in a mount namespace that ends with this process.
bool mount_small(const fs::path& folder, const std::string& size) {
  return ::unshare(CLONE_NEWNS) == 0 &&
         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("none", folder.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
}

TEST_F(StoreDisk, AFullDiskIsAnError) {
  fs::create_directories(options_.cache);
  const std::string announced = outcome_after([&] { return mount_small(options_.cache, "64k"); });
  if (announced == "SKIP") GTEST_SKIP() << "no mount namespace can be had here";
  expect_full(announced, "more bytes, the disk has");
  EXPECT_FALSE(fs::exists(options_.lock));
}

TEST_F(StoreDisk, ADiskThatFillsUpMeanwhileIsAnError) {
  fs::create_directories(options_.cache);
  const std::string filled = outcome_after([&] {
    if (!mount_small(options_.cache, "600k")) return false;
    const std::string rest(400U << 10, 'b');
    // Somebody else takes what is left.
    options_.progress = [this, rest](std::uintmax_t, std::uintmax_t) {
      const int other = ::open((options_.cache / "other").c_str(), O_CREAT | O_WRONLY, 0644);
      [[maybe_unused]] const ssize_t taken = ::write(other, rest.data(), rest.size());
      ::close(other);
    };
    return true;
  });
  if (filled == "SKIP") GTEST_SKIP() << "no mount namespace can be had here";
  expect_full(filled, "No space left on device");
}

/// As a user whom the permissions of a folder bind, which they do not bind root.
bool become_nobody() {
  return ::geteuid() != 0 || (::setgid(65534) == 0 && ::setuid(65534) == 0);
}

void permit(const fs::path& folder, unsigned permissions) {
  fs::permissions(folder, fs::perms(permissions));
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_directory()) fs::permissions(entry.path(), fs::perms(permissions));
  }
}

TEST_F(StoreDisk, AReadOnlyCacheServesWhatItHoldsAndTakesNothing) {
  ASSERT_EQ(outcome(), "");
  permit(folder_.path(), 0555);
  EXPECT_EQ(outcome_after(become_nobody), "");
  options_.cache /= "..";
  const std::string refused = outcome_after(become_nobody);
  permit(folder_.path(), 0755);
  EXPECT_THAT(refused, HasSubstr("fetch failed: " + url()));
  EXPECT_THAT(refused, HasSubstr("Permission denied"));
  EXPECT_THAT(refused, HasSubstr("the cache must be writable to take new files"));
}

}  // namespace
}  // namespace harness
