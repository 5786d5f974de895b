#include "harness/fetch/cache.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

const std::string kDigest = sha256_hex("hello");
const std::string kKey = sha256_hex("https://host/a.pth");

class CacheTest : public testing::Test {
 protected:
  fs::path adopt(const std::string& bytes, const std::string& digest,
                 const std::string& name) const {
    write_file_atomic(cache_.part_of(kKey), bytes);
    return cache_.adopt(kKey, digest, name);
  }

  TemporaryFolder folder_;
  Cache cache_{folder_.path() / "ein Ördner"};
};

TEST_F(CacheTest, FindsWhatItAdopted) {
  const fs::path path = adopt("hello", kDigest, "a.pth");
  EXPECT_EQ(path, cache_.root() / kDigest.substr(0, 2) / kDigest / "a.pth");
  EXPECT_EQ(cache_.find(kDigest, "a.pth"), path);
  EXPECT_EQ(cache_.digest_of_url(kKey), kDigest);
  EXPECT_FALSE(fs::exists(cache_.part_of(kKey)));
}

TEST_F(CacheTest, FindsTheSameBytesUnderAnotherName) {
  const fs::path path = adopt("hello", kDigest, "a.pth");
  EXPECT_EQ(cache_.find(kDigest, "b.pth"), path);
  const fs::path second = adopt("hello", kDigest, "b.pth");
  EXPECT_EQ(cache_.find(kDigest, "b.pth"), second);
}

TEST_F(CacheTest, HoldsNothingToBeginWith) {
  EXPECT_EQ(cache_.find(kDigest, "a.pth"), std::nullopt);
  EXPECT_EQ(cache_.find("", "a.pth"), std::nullopt);
  EXPECT_EQ(cache_.digest_of_url(kKey), "");
  EXPECT_FALSE(fs::exists(cache_.root()));
}

TEST_F(CacheTest, BelievesNoFileThatWasChangedInPlace) {
  const fs::path path = adopt("hello", kDigest, "a.pth");
  write_file_atomic(path, "jello");
  EXPECT_EQ(cache_.find(kDigest, "a.pth"), std::nullopt);
  adopt("hello", kDigest, "a.pth");
  EXPECT_EQ(cache_.find(kDigest, "a.pth"), path);
}

TEST_F(CacheTest, ASpoiltNoteOfAUrlSaysNothing) {
  write_file_atomic(cache_.root() / "urls" / kKey, "../../../../etc");
  EXPECT_EQ(cache_.digest_of_url(kKey), "");
}

TEST_F(CacheTest, APlaceThatCannotBeMadeIsAnIoError) {
  write_file_atomic(folder_.path() / "taken", "");
  EXPECT_THROW(Cache(folder_.path() / "taken").claim(kKey), Error);
}

TEST(DefaultCacheFolder, FollowsTheXdgVariable) {
  const char* before = std::getenv("XDG_CACHE_HOME");
  const std::string kept = before != nullptr ? before : "";
  ::setenv("XDG_CACHE_HOME", "/somewhere", 1);
  EXPECT_EQ(default_cache_folder(), "/somewhere/halfproof/files");
  ::setenv("XDG_CACHE_HOME", "relative", 1);
  EXPECT_EQ(default_cache_folder(), fs::path(std::getenv("HOME")) / ".cache/halfproof/files");
  ::unsetenv("XDG_CACHE_HOME");
  EXPECT_EQ(default_cache_folder(), fs::path(std::getenv("HOME")) / ".cache/halfproof/files");
  if (before != nullptr) ::setenv("XDG_CACHE_HOME", kept.c_str(), 1);
}

}  // namespace
}  // namespace harness
