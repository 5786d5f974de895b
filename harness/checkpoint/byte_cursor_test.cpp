#include "harness/checkpoint/byte_cursor.h"

#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

ByteCursor cursor_over(std::string_view text, std::size_t origin = 0) {
  return {std::as_bytes(std::span(text)), "file.pth", origin};
}

std::string refusal(auto&& read) {
  try {
    read();
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidFile);
    EXPECT_EQ(error.subject(), "file.pth");
    return error.detail();
  }
}

TEST(ByteCursor, ReadsLittleEndianNumbersOneAfterAnother) {
  ByteCursor cursor = cursor_over(std::string_view("\x01\x02\x00\xff\xff\xff\xff", 7));
  EXPECT_EQ(cursor.take_number<std::uint8_t>(), 1);
  EXPECT_EQ(cursor.take_number<std::uint16_t>(), 2);
  EXPECT_EQ(cursor.take_number<std::int32_t>(), -1);
  EXPECT_EQ(cursor.remaining(), 0U);
  EXPECT_EQ(cursor.position(), 7U);
}

TEST(ByteCursor, TakesTextAndLines) {
  ByteCursor cursor = cursor_over("abc\nde\n\nf");
  EXPECT_EQ(cursor.take_text(2), "ab");
  EXPECT_EQ(cursor.take_line(), "c");
  EXPECT_EQ(cursor.take_line(), "de");
  EXPECT_EQ(cursor.take_line(), "");
  EXPECT_EQ(cursor.remaining(), 1U);
}

TEST(ByteCursor, SaysWhereInTheFileBytesAreMissing) {
  ByteCursor cursor = cursor_over("abcd", 100);
  cursor.take(1);
  EXPECT_EQ(refusal([&] { cursor.take_number<std::uint64_t>(); }),
            "truncated: expected 8 bytes at byte 101, got 3");
  EXPECT_EQ(refusal([&] { cursor.take(~std::uint64_t{0}); }),
            "truncated: expected 18446744073709551615 bytes at byte 101, got 3");
  EXPECT_EQ(refusal([&] { cursor.take_line(); }),
            "truncated: expected a line that begins at byte 101 to end, got the end of the bytes");
  EXPECT_EQ(cursor.file_position(), 101U);
}

}  // namespace
}  // namespace harness
