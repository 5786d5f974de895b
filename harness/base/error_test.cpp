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

}  // namespace
}  // namespace harness
