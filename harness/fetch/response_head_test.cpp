#include "harness/fetch/response_head.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

constexpr const char* kChanged = "Tue, 24 Nov 2026 05:30:50 GMT";

TEST(ContentRange, IsTakenApart) {
  const auto range = parse_content_range("bytes 100-199/1000");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->offset, 100U);
  EXPECT_EQ(range->total, 1000U);
  EXPECT_EQ(parse_content_range("bytes 5-9/*").value().total, std::nullopt);
}

TEST(ContentRange, WhatIsNoneIsNotGuessed) {
  for (const char* text : {"", "bytes", "bytes */1000", "items 1-2/3", "bytes -5/9", "bytes 1/2-3",
                           "bytes x-2/3", "bytes 99999999999999999999999-2/3"}) {
    EXPECT_FALSE(parse_content_range(text)) << text;
  }
}

TEST(StrongValidator, AStrongTagGoesBeforeADate) {
  EXPECT_EQ(strong_validator("\"v1\"", kChanged, "Wed, 25 Nov 2026 05:30:50 GMT"), "\"v1\"");
}

TEST(StrongValidator, ADateMustBeAMinuteOld) {
  EXPECT_EQ(strong_validator("W/\"v1\"", kChanged, "Tue, 24 Nov 2026 05:31:50 GMT"), kChanged);
  EXPECT_EQ(strong_validator("", kChanged, "Tue, 24 Nov 2026 05:31:49 GMT"), "");
}

TEST(StrongValidator, WithoutDatesThereIsNone) {
  EXPECT_EQ(strong_validator("", "", "Tue, 24 Nov 2026 05:31:50 GMT"), "");
  EXPECT_EQ(strong_validator("", kChanged, ""), "");
  EXPECT_EQ(strong_validator("W/\"v1\"", "yesterday-ish", kChanged), "");
}

}  // namespace
}  // namespace harness
