#include "harness/checkpoint/pickle/pickle_literals.h"

#include <cmath>
#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

namespace harness {
namespace {

class PickleLiterals : public testing::Test {
 protected:
  /// The value that follows `opcode`; all bytes have to be used.
  const PickleValue& read(Opcode opcode, std::string_view bytes) {
    ByteCursor cursor(std::as_bytes(std::span(bytes)), "x.pth");
    const auto id = read_literal(opcode, cursor, tree_);
    EXPECT_TRUE(id.has_value());
    EXPECT_EQ(cursor.remaining(), 0U);
    return tree_[id.value_or(0)];
  }
  std::int64_t integer(Opcode opcode, std::string_view bytes) {
    const PickleValue& value = read(opcode, bytes);
    EXPECT_EQ(value.kind, PickleKind::kInt);
    return value.integer;
  }
  std::string text(Opcode opcode, std::string_view bytes, PickleKind kind = PickleKind::kString) {
    const PickleValue& value = read(opcode, bytes);
    EXPECT_EQ(value.kind, kind);
    return std::string(value.text);
  }

  PickleTree tree_;
};

using namespace std::string_view_literals;

TEST_F(PickleLiterals, ReadsIntegersOfEveryWidth) {
  EXPECT_EQ(integer(Opcode::kBinInt1, "\xff"), 255);
  EXPECT_EQ(integer(Opcode::kBinInt2, "\x00\x80"sv), 32768);
  EXPECT_EQ(integer(Opcode::kBinInt, "\xff\xff\xff\xff"), -1);
  EXPECT_EQ(integer(Opcode::kInt, "-12\n"), -12);
  EXPECT_EQ(integer(Opcode::kLong, "12L\n"), 12);
  EXPECT_EQ(read(Opcode::kInt, "01\n").kind, PickleKind::kBool);
}

TEST_F(PickleLiterals, ReadsLongsAsTwosComplement) {
  EXPECT_EQ(integer(Opcode::kLong1, "\x00"sv), 0);
  EXPECT_EQ(integer(Opcode::kLong1, "\x01\xff"), -1);
  EXPECT_EQ(integer(Opcode::kLong1, "\x02\xff\x00"sv), 255);
  EXPECT_EQ(integer(Opcode::kLong4, "\x01\x00\x00\x00\x80"sv), -128);
  EXPECT_EQ(integer(Opcode::kLong1, "\x08\x00\x00\x00\x00\x00\x00\x00\x80"sv),
            std::numeric_limits<std::int64_t>::min());
}

TEST_F(PickleLiterals, KeepsLargerLongsAsText) {
  EXPECT_EQ(
      text(Opcode::kLong1, "\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", PickleKind::kBigInt),
      "0x1950a86a20f9469cfc6c");
  EXPECT_EQ(text(Opcode::kLong1, "\x09\x00\x00\x00\x00\x00\x00\x00\x00\xff"sv, PickleKind::kBigInt),
            "-0x10000000000000000");
  EXPECT_EQ(text(Opcode::kLong, "123456789012345678901234567890L\n", PickleKind::kBigInt),
            "123456789012345678901234567890");
}

TEST_F(PickleLiterals, ReadsFloats) {
  EXPECT_EQ(read(Opcode::kBinFloat, "\xc0\x04\x00\x00\x00\x00\x00\x00"sv).real, -2.5);
  EXPECT_EQ(read(Opcode::kFloat, "1e-3\n").real, 1e-3);
  EXPECT_TRUE(std::isnan(read(Opcode::kFloat, "nan\n").real));
  EXPECT_EQ(read(Opcode::kFloat, "-inf\n").real, -std::numeric_limits<double>::infinity());
}

TEST_F(PickleLiterals, ReadsTextOfEveryLengthPrefix) {
  EXPECT_EQ(text(Opcode::kShortBinUnicode, "\x02hi"), "hi");
  EXPECT_EQ(text(Opcode::kBinUnicode, "\x02\x00\x00\x00hi"sv), "hi");
  EXPECT_EQ(text(Opcode::kBinUnicode8, "\x02\x00\x00\x00\x00\x00\x00\x00hi"sv), "hi");
  EXPECT_EQ(text(Opcode::kShortBinBytes, "\x01\xff", PickleKind::kBytes), "\xff");
  EXPECT_EQ(text(Opcode::kByteArray8, "\x01\x00\x00\x00\x00\x00\x00\x00\x01"sv, PickleKind::kBytes),
            "\x01");
}

TEST_F(PickleLiterals, RepairsTextThatIsNotUtf8) {
  EXPECT_EQ(text(Opcode::kShortBinUnicode,
                 "\x02"
                 "a\xff"),
            "a\xef\xbf\xbd");
}

TEST_F(PickleLiterals, TakesPython2StringsAsTextWhereTheyAreText) {
  EXPECT_EQ(text(Opcode::kShortBinString, "\x02hi"), "hi");
  EXPECT_EQ(text(Opcode::kBinString, "\x01\x00\x00\x00\xff"sv, PickleKind::kBytes), "\xff");
  EXPECT_EQ(text(Opcode::kString, "'it\\'s \\x41\\n\\\\'\n"), "it's A\n\\");
  EXPECT_EQ(text(Opcode::kUnicode, "caf\\u00e9 \xe9\n"), "caf\xc3\xa9 \xc3\xa9");
}

TEST_F(PickleLiterals, LeavesOtherOpcodesAlone) {
  ByteCursor cursor({}, "x.pth");
  EXPECT_FALSE(read_literal(Opcode::kEmptyList, cursor, tree_).has_value());
}

TEST_F(PickleLiterals, RefusesWhatIsNoLiteral) {
  for (const auto& [opcode, bytes] : {std::pair{Opcode::kInt, "1x\n"},
                                      {Opcode::kInt, "\n"},
                                      {Opcode::kFloat, "one\n"},
                                      {Opcode::kString, "'\n"},
                                      {Opcode::kString, "'a\\q'\n"},
                                      {Opcode::kString, "'a\\x4'\n"},
                                      {Opcode::kString, "'a\\'\n"},
                                      {Opcode::kUnicode, "\\u00g0\n"}}) {
    ByteCursor cursor(std::as_bytes(std::span(std::string_view(bytes))), "x.pth");
    EXPECT_THROW(read_literal(opcode, cursor, tree_), std::invalid_argument) << bytes;
  }
}

}  // namespace
}  // namespace harness
