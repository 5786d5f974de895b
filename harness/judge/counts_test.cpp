#include "harness/judge/counts.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Counts, AreNotNegativeAndRemainExactInADouble) {
  EXPECT_TRUE(is_count(0));
  EXPECT_TRUE(is_count(std::int64_t{1} << 52));
  EXPECT_FALSE(is_count((std::int64_t{1} << 52) + 1));
  EXPECT_FALSE(is_count(-1));
}

TEST(Counts, PartsAreTogetherNoMoreThanTheWhole) {
  EXPECT_THAT(parts_defect("logit", 10, {3, 7}), IsEmpty());
  EXPECT_THAT(parts_defect("logit", 10, {4, 7}), HasSubstr("10 logits"));
  EXPECT_THAT(parts_defect("logit", 10, {-1, 7}), HasSubstr("-1, 7"));
  EXPECT_THAT(parts_defect("logit", -1, {}), HasSubstr("logit"));
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(parts_defect("logit", kMost, {kMost, kMost}), HasSubstr("logits"));
}

TEST(Counts, WhatACensusListsWasSeen) {
  EXPECT_THAT(census_defect({{"convolution", {{"float16", 1}}}, {"loss", {}}}), IsEmpty());
  for (const std::int64_t none : {0, -1}) {
    EXPECT_THAT(census_defect({{"convolution", {{"float16", 9}, {"float32", none}}}}),
                HasSubstr("convolution in float32"));
  }
}

TEST(Counts, TheFirstDefectIsSaid) {
  EXPECT_EQ(first_of({"", "one", "two"}), "one");
  EXPECT_EQ(first_of({"", ""}), "");
}

}  // namespace
}  // namespace harness
