#include "harness/base/sha256.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

// FIPS 180-4 example: SHA-256 of "abc".
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, HashesThePublishedExample) {
  EXPECT_EQ(sha256_hex("abc"), kAbc);
}

TEST(Sha256, PiecesHashLikeTheWhole) {
  Sha256 hash;
  hash.update("a");
  hash.update("");
  hash.update("bc");
  EXPECT_EQ(hash.hex_digest(), kAbc);
}

TEST(Sha256, HashesAFile) {
  const auto path = std::filesystem::path(testing::TempDir()) / "sha256_abc";
  std::ofstream(path, std::ios::binary) << "abc";
  EXPECT_EQ(sha256_file(path), kAbc);
  std::filesystem::remove(path);
}

TEST(Sha256, ADigestIsKnownByItsForm) {
  const std::string digest = sha256_hex("abc");
  EXPECT_TRUE(is_sha256(digest));
  EXPECT_FALSE(is_sha256(""));
  EXPECT_FALSE(is_sha256(digest.substr(1)));
  EXPECT_FALSE(is_sha256(digest + "0"));
  EXPECT_FALSE(is_sha256("B" + digest.substr(1)));
  EXPECT_FALSE(is_sha256("g" + digest.substr(1)));
}

TEST(Sha256, AMissingFileIsAnIoError) {
  try {
    sha256_file("/nonexistent/file");
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIo);
  }
}

}  // namespace
}  // namespace harness
