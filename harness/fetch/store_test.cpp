#include "harness/fetch/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kDigest = sha256_hex("hello");
const std::string kHash8 = kDigest.substr(0, 8);

/// Files on this machine; the URLs are in store_url_test.cpp.
class LocalStore : public testing::Test {
 protected:
  LocalStore() {
    options_.cache = folder_.path() / "cache";
    options_.lock = folder_.path() / "checksums" / "zoo.lock.json";
    options_.offline = true;
  }

  fs::path file(const std::string& name, const std::string& bytes = "hello") const {
    write_file_atomic(folder_.path() / "zoo" / name, bytes);
    return folder_.path() / "zoo" / name;
  }

  StoredFile get(const fs::path& path) const { return obtain(path.string(), options_); }

  ErrorCode failure_of(const std::string& location) const {
    try {
      obtain(location, options_);
    } catch (const Error& error) {
      EXPECT_EQ(error.subject(), location);
      return error.code();
    }
    ADD_FAILURE() << "expected an Error";
    return ErrorCode::kUsage;
  }

  TemporaryFolder folder_;
  StoreOptions options_;
};

TEST_F(LocalStore, ALockFileThatIsOnlyReadIsCompared) {
  const fs::path path = file("a.pth");
  options_.extends_lock = false;
  EXPECT_EQ(get(path).trust, Trust::kFirstUse);
  EXPECT_FALSE(fs::exists(options_.lock));
  options_.extends_lock = true;
  get(path);
  const std::string locked = read_file(options_.lock);
  options_.extends_lock = false;
  get(file("b.pth"));
  EXPECT_EQ(read_file(options_.lock), locked);
  EXPECT_EQ(get(path).locked_sha256, kDigest);
}

TEST_F(LocalStore, ALocalFileIsHashedWhereItStands) {
  const fs::path path = file("a b-ü.pth");
  const StoredFile stored = get(path);
  EXPECT_EQ(stored.path, path);
  EXPECT_EQ(stored.name, "a b-ü.pth");
  EXPECT_EQ(stored.url, path.string());
  EXPECT_EQ(stored.sha256, kDigest);
  EXPECT_EQ(stored.size, 5U);
  EXPECT_EQ(stored.trust, Trust::kFirstUse);
  EXPECT_EQ(stored.locked_sha256, "");
  EXPECT_EQ(stored.warning, "");
  EXPECT_FALSE(fs::exists(options_.cache));
}

TEST_F(LocalStore, WhatIsNewIsLockedWithItsRelativePath) {
  get(file("a.pth"));
  const LockEntries locked = read_lock_file(options_.lock);
  ASSERT_EQ(locked.count("a.pth"), 1U);
  EXPECT_EQ(locked.at("a.pth").sha256, kDigest);
  EXPECT_EQ(locked.at("a.pth").size, 5U);
  EXPECT_EQ(locked.at("a.pth").trust, Trust::kFirstUse);
  EXPECT_THAT(locked.at("a.pth").urls, ElementsAre("../zoo/a.pth"));
  EXPECT_EQ(get(file("a.pth")).trust, Trust::kLocked);
  EXPECT_EQ(get(file("a.pth")).locked_sha256, kDigest);
}

TEST_F(LocalStore, TheHashInTheNameIsWeakTrust) {
  EXPECT_EQ(get(file("a-" + kHash8 + ".pth")).trust, Trust::kNameHash);
}

TEST_F(LocalStore, ADigestOffTheLockIsReturnedNotThrown) {
  get(file("a.pth"));
  const StoredFile changed = get(file("a.pth", "jello"));
  EXPECT_EQ(changed.sha256, sha256_hex("jello"));
  EXPECT_EQ(changed.locked_sha256, kDigest);
  EXPECT_EQ(read_lock_file(options_.lock).at("a.pth").sha256, kDigest);
  try {
    check_locked(changed);
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kChecksumMismatch);
    EXPECT_EQ(error.subject(), "a.pth");
    EXPECT_THAT(error.detail(), HasSubstr(kDigest));
    EXPECT_THAT(error.detail(), HasSubstr(sha256_hex("jello")));
  }
}

TEST_F(LocalStore, WhatAgreesWithTheLockOrIsNotInItIsFine) {
  EXPECT_NO_THROW(check_locked(get(file("a.pth"))));
  EXPECT_NO_THROW(check_locked(get(file("a.pth"))));
}

TEST_F(LocalStore, ADigestOffTheNameIsReturnedAndNeverLocked) {
  const StoredFile wrong = get(file("a-00000000.pth"));
  EXPECT_EQ(wrong.sha256, kDigest);
  EXPECT_EQ(wrong.trust, Trust::kNameHash);
  EXPECT_TRUE(read_lock_file(options_.lock).empty());
}

TEST_F(LocalStore, WorksWithoutALockFile) {
  options_.lock.clear();
  EXPECT_EQ(get(file("a.pth")).sha256, kDigest);
}

TEST_F(LocalStore, ALockFileThatCannotBeWrittenIsOnlyAWarning) {
  write_file_atomic(folder_.path() / "taken", "");
  options_.lock = folder_.path() / "taken" / "zoo.lock.json";
  const StoredFile stored = get(file("a.pth"));
  EXPECT_EQ(stored.sha256, kDigest);
  EXPECT_THAT(stored.warning, HasSubstr("not written to the lock file"));
}

TEST_F(LocalStore, AMalformedLockFileIsAnError) {
  write_file_atomic(options_.lock, "{}");
  try {
    get(file("a.pth"));
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidJson);
  }
}

TEST_F(LocalStore, AMissingFileAndAFolderAreIoErrors) {
  EXPECT_EQ(failure_of((folder_.path() / "no.pth").string()), ErrorCode::kIo);
  EXPECT_EQ(failure_of(folder_.path().string()), ErrorCode::kIo);
  EXPECT_EQ(failure_of(""), ErrorCode::kIo);
}

TEST(MinizooLock, HoldsTheFilesOfTheMiniZoo) {
  const fs::path lock = "checksums/minizoo.lock.json";
  const LockEntries entries = read_lock_file(lock);
  EXPECT_EQ(entries.size(), 17U);
  StoreOptions options;
  options.lock = lock;
  for (const auto& [name, entry] : entries) {
    ASSERT_EQ(entry.urls.size(), 1U) << name;
    const StoredFile stored = obtain((lock.parent_path() / entry.urls.front()).string(), options);
    EXPECT_EQ(stored.sha256, entry.sha256) << name;
    EXPECT_EQ(stored.size, entry.size) << name;
    EXPECT_EQ(stored.trust, Trust::kLocked) << name;
  }
}

TEST(MinizooLock, IsWrittenAsTheProductWritesIt) {
  const TemporaryFolder folder;
  write_lock_file(folder.path() / "copy.json", read_lock_file("checksums/minizoo.lock.json"));
  EXPECT_EQ(read_file(folder.path() / "copy.json"), read_file("checksums/minizoo.lock.json"));
}

}  // namespace
}  // namespace harness
