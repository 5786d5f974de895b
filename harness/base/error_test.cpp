#include "harness/base/error.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(Error, SaysCodeSubjectAndDetail) {
  const Error error(ErrorCode::kChecksumMismatch, "fcn.pth", "expected 50245227, got 00000000");
  EXPECT_STREQ(error.what(), "checksum mismatch: fcn.pth: expected 50245227, got 00000000");
  EXPECT_EQ(error.code(), ErrorCode::kChecksumMismatch);
  EXPECT_EQ(error.subject(), "fcn.pth");
  EXPECT_EQ(error.detail(), "expected 50245227, got 00000000");
}

TEST(Error, IsSafeToPrintWhateverItQuotes) {
  const Error error(ErrorCode::kInvalidFile, "a\x1b.pth", "expected x,\ngot \x1b[2J\xff\t.");
  EXPECT_EQ(error.detail(), "expected x,\ngot \uFFFD[2J\uFFFD .");
  EXPECT_STREQ(error.what(), "invalid file: a\uFFFD.pth: expected x,\ngot \uFFFD[2J\uFFFD .");
  EXPECT_EQ(error.subject(), "a\x1b.pth");
}

TEST(Error, EndsSomewhere) {
  const Error error(ErrorCode::kInvalidFile, "x", std::string(5000, 'y'));
  EXPECT_EQ(error.detail(), std::string(4000, 'y') + "…");
}

}  // namespace
}  // namespace harness
