#include "harness/table/import/printed_number.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(PrintedNumber, KeepsTheDigitsAsPrinted) {
  const auto number = parse_printed_number("76.80");
  ASSERT_TRUE(number.has_value());
  EXPECT_DOUBLE_EQ(number->value, 76.8);
  EXPECT_EQ(number->digits, 2);
  EXPECT_EQ(parse_printed_number("11")->digits, 0);
  EXPECT_EQ(parse_printed_number("9.2")->digits, 1);
  EXPECT_DOUBLE_EQ(parse_printed_number("0.05")->value, 0.05);
}

TEST(PrintedNumber, LooksThroughEmphasisAndFootnotes) {
  EXPECT_DOUBLE_EQ(parse_printed_number("**80.97**")->value, 80.97);
  EXPECT_DOUBLE_EQ(parse_printed_number(" 80.97* ")->value, 80.97);
  EXPECT_DOUBLE_EQ(parse_printed_number("\xC2\xA0"
                                        "80.97")
                       ->value,
                   80.97);
}

TEST(PrintedNumber, RefusesWhatIsNotANumber) {
  for (const char* text : {"76.8a", "a", "76,80", "1e3", "nan", "inf", "-3", "+3", ".5", "5.",
                           "1.2.3", "0x10", "7 6", "80.97%", "", "-", "1234567890123456"}) {
    EXPECT_FALSE(parse_printed_number(text).has_value()) << text;
  }
}

TEST(PrintedNumber, KnowsHowTablesSayNothing) {
  for (const char* text :
       {"", " ", "-", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x88\x92", "N/A", "n/a", " - "}) {
    EXPECT_TRUE(is_not_published(text)) << text;
  }
  EXPECT_FALSE(is_not_published("0"));
  EXPECT_FALSE(is_not_published("TBD"));
}

TEST(PrintedNumber, ReadsSchedules) {
  EXPECT_EQ(parse_iterations("80000"), 80000);
  EXPECT_EQ(parse_iterations("80k"), 80000);
  EXPECT_EQ(parse_iterations(" 160K "), 160000);
  EXPECT_EQ(parse_iterations("600"), 600);
  for (const char* text : {"0", "", "k", "20e", "80.5k", "-80k", "99999999999k", "80 k"}) {
    EXPECT_FALSE(parse_iterations(text).has_value()) << text;
  }
}

TEST(PrintedNumber, ReadsSizesAsHeightAndWidth) {
  const std::pair<std::int64_t, std::int64_t> size{512, 1024};
  for (const char* text : {"512x1024", "(512,1024)", "512 x 1024",
                           "512\xC3\x97"
                           "1024",
                           "(512, 1024)", "512X1024"}) {
    EXPECT_EQ(parse_size(text), size) << text;
  }
  for (const char* text : {"512", "512x", "x1024", "0x4", "512x1024x3", "70000x1", "()", "axb"}) {
    EXPECT_FALSE(parse_size(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace harness
