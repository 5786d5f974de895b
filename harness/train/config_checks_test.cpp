#include "harness/train/config_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {
using testing::AllOf;
using testing::HasSubstr;

std::string refusal(const Json& config, const ConfigSection& section) {
  try {
    ConfigChecks(config, "subject").section("part", section);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

const ConfigSection kSection{{{"any"}, {"one", "[null, 1]"}}};

TEST(ConfigChecks, FindWhatStandsUnderAPath) {
  const Json config = {{"a", {{"b", {{"c", 7}}}}}};
  const ConfigChecks checks(config, "subject");
  EXPECT_EQ(checks.at("a.b.c"), 7);
  EXPECT_EQ(checks.at("a.b"), (Json{{"c", 7}}));
  EXPECT_EQ(checks.at(""), config);
  EXPECT_TRUE(checks.at("a.c").is_null());
  EXPECT_TRUE(checks.at("a.b.c.d").is_null());
}

TEST(ConfigChecks, RefuseAValueThatIsNotListed) {
  EXPECT_EQ(refusal({{"part", {{"any", "thing"}, {"one", 1.0}}}}, kSection), "nothing");
  EXPECT_EQ(refusal({{"part", {{"one", nullptr}}}}, kSection), "nothing");
  EXPECT_THAT(refusal({{"part", {{"one", 2}}}}, kSection),
              AllOf(HasSubstr("subject"), HasSubstr("config.part.one: expected null or 1, got 2")));
  EXPECT_THAT(refusal({{"part", {{"one", true}}}}, kSection), HasSubstr("got true"));
}

TEST(ConfigChecks, RefuseAKeyOfAClosedSectionAndWhatIsNoDict) {
  const Json config = {{"part", {{"two", 2}}}};
  EXPECT_THAT(refusal(config, kSection), HasSubstr("config.part.two: expected no such key"));
  EXPECT_EQ(refusal(config, {kSection.keys, /*closed=*/false}), "nothing");
  EXPECT_EQ(refusal({{"other", 1}}, kSection), "nothing");
  EXPECT_THAT(refusal({{"part", {1}}}, kSection), HasSubstr("config.part: expected a dict"));
}

TEST(ConfigChecks, RefuseWhatIsAbsent) {
  const Json config = {{"a", 0}};
  const ConfigChecks checks(config, "subject");
  EXPECT_NO_THROW(checks.present("a"));
  EXPECT_THROW(checks.present("b"), Error);
}

}  // namespace
}  // namespace harness
