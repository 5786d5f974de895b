#include "harness/base/tar_header.h"

#include <string>

#include <gtest/gtest.h>

#include "harness/testing/tar_text.h"

namespace harness {
namespace {

using namespace std::string_literals;
using tar_text::kChecksum;

bool is_tar(const std::string& bytes) {
  return starts_with_tar_header(std::as_bytes(std::span(bytes)));
}

/// With another text in the place of the checksum.
std::string stating(std::string header, std::string_view checksum) {
  return header.replace(kChecksum, 8, checksum);
}

TEST(TarHeader, IsKnownByItsChecksumWhateverTheNameBeginsWith) {
  for (const char* mark : {"ustar", ""}) {
    EXPECT_TRUE(is_tar(tar_text::header("storages", mark)));
    EXPECT_TRUE(is_tar(tar_text::header("\x80\x02\x8a\x0al\xfc", mark) + "more"));
  }
  EXPECT_FALSE(is_tar(std::string(257, 'x') + "ustar"s + std::string(250, 'x')));
  EXPECT_FALSE(is_tar(std::string(512, '\0')));
  EXPECT_FALSE(is_tar(""));
}

TEST(TarHeader, IsWholeOrNone) {
  const std::string header = tar_text::header("storages", "ustar");
  EXPECT_FALSE(is_tar(header.substr(0, 511)));
  for (const std::size_t at : {0U, 147U, 149U, 156U, 511U}) {
    std::string wrong = header;
    wrong[at] = static_cast<char>(wrong[at] ^ 1);
    EXPECT_FALSE(is_tar(wrong)) << at;
  }
}

/// "a" and spaces: 'a' + 8 * ' ' = 353 = 0o541.
TEST(TarHeader, MayWriteItsChecksumAsPythonReadsIt) {
  const std::string header = tar_text::header("a", "");
  for (const std::string& checksum : {"541\0\0\0\0\0"s, "    541 "s, "0000541 "s, "0o541\0\0\0"s,
                                      "\t5_41\x1f\0\0"s, "541\0zzzz"s, "\x80\0\0\0\0\0\x01\x61"s}) {
    EXPECT_TRUE(is_tar(stating(header, checksum))) << checksum;
  }
  for (const std::string& checksum :
       {"540\0\0\0\0\0"s, "541zzzzz"s, "-541\0\0\0\0"s, "\xff\0\0\0\0\0\x01\x61"s}) {
    EXPECT_FALSE(is_tar(stating(header, checksum))) << checksum;
  }
}

/// Old programs summed signed bytes: "\xff" is -1 then, and the sum 8 * ' ' - 1 = 255 = 0o377.
TEST(TarHeader, MaySumSignedBytes) {
  EXPECT_TRUE(is_tar(stating(tar_text::header("\xff", ""), "377\0\0\0\0\0"s)));
  const std::string negative = tar_text::header(std::string(100, '\xff') + std::string(48, '\x81') +
                                                    std::string(8, ' ') + std::string(4, '\x82'),
                                                "");
  // 256 - 100 - 48 * 127 - 4 * 126 = -6444 = -0o14454, and 2^56 - 6444 in binary.
  EXPECT_TRUE(is_tar(stating(negative, "-14454\0\0"s)));
  EXPECT_TRUE(is_tar(stating(negative, "\xff\xff\xff\xff\xff\xff\xe6\xd4"s)));
}

}  // namespace
}  // namespace harness
