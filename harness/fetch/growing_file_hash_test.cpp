#include "harness/fetch/growing_file_hash.h"

#include <fcntl.h>
#include <unistd.h>

#include <optional>
#include <system_error>

#include <gtest/gtest.h>

#include "harness/base/file.h"

namespace harness {
namespace {

class GrowingFile : public testing::Test {
 protected:
  ~GrowingFile() override { ::close(descriptor_); }

  void grow(GrowingFileHash& hash, const std::string& bytes) {
    all_ += bytes;
    ASSERT_EQ(::write(descriptor_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    hash.grown_to(all_.size());
  }

  TemporaryFolder folder_;
  int descriptor_ = ::open((folder_.path() / "a").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  std::string all_;
};

TEST_F(GrowingFile, IsHashed) {
  GrowingFileHash hash(descriptor_);
  // FIPS 180-4's example.
  grow(hash, "ab");
  grow(hash, "c");
  EXPECT_EQ(hash.hex_digest(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(GrowingFile, MayBeEmpty) {
  EXPECT_EQ(GrowingFileHash(descriptor_).hex_digest(), sha256_hex(""));
}

TEST_F(GrowingFile, IsHashedWhileItGrows) {
  GrowingFileHash hash(descriptor_);
  for (std::size_t i = 0; i < 100; ++i) {
    grow(hash, std::string(i * 7001 % 150000, static_cast<char>('a' + i % 26)));
  }
  ASSERT_GT(all_.size(), 4U << 20);
  EXPECT_EQ(hash.hex_digest(), sha256_hex(all_));
}

TEST_F(GrowingFile, CanBeGivenUp) {
  std::optional<GrowingFileHash> hash(std::in_place, descriptor_);
  grow(*hash, std::string(5U << 20, 'a'));
  hash.emplace(descriptor_);
  hash->grown_to(3);
  EXPECT_EQ(hash->hex_digest(), sha256_hex("aaa"));
}

TEST_F(GrowingFile, BytesThatAreNotThereAreAnError) {
  for (const std::uintmax_t more : {std::uintmax_t{1}, std::uintmax_t{8} << 20}) {
    GrowingFileHash hash(descriptor_);
    grow(hash, "abc");
    hash.grown_to(all_.size() + more);
    EXPECT_THROW(hash.hex_digest(), std::system_error);
  }
}

}  // namespace
}  // namespace harness
