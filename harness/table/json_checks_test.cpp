#include "harness/table/json_checks.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {
using testing::HasSubstr;

TEST(JsonChecks, AcceptWhatZoosCallTheirModels) {
  EXPECT_TRUE(is_name("fcn_r50w8-d8_64x128_600_fp16_scenes"));
  EXPECT_TRUE(is_name("deeplabv3+_r101"));
  EXPECT_TRUE(is_name("v1.0"));
}

TEST(JsonChecks, RefuseWhatWouldLeaveTheFolder) {
  for (const char* text :
       {"", ".", "..", "../x", "/", "/etc/passwd", "a/b", "a\\b", "-rf", ".hid"}) {
    EXPECT_FALSE(is_name(text)) << text;
  }
  EXPECT_FALSE(is_name(std::string("a\0b", 3)));
  EXPECT_FALSE(is_name("a\nb"));
  EXPECT_FALSE(is_name(std::string(201, 'x')));
  EXPECT_TRUE(is_name(std::string(200, 'x')));
}

TEST(JsonChecks, APairIsTwoIntegersInRange) {
  const Json object = {{"crop", {64, 128}}, {"zero", {0, 128}}, {"one", {64}}, {"text", "64x128"}};
  ObjectReader reader(object, "s.json", "rows[0].recipe");
  EXPECT_EQ(pair_of_integers(reader, "crop", object["crop"], 128), std::pair(64L, 128L));
  EXPECT_THROW(pair_of_integers(reader, "zero", object["zero"], 128), Error);
  EXPECT_THROW(pair_of_integers(reader, "one", object["one"], 128), Error);
  EXPECT_THROW(pair_of_integers(reader, "text", object["text"], 128), Error);
  try {
    pair_of_integers(reader, "crop", object["crop"], 127);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("s.json: rows[0].recipe.crop: expected an integer from 1 "
                                        "to 127, got 128"));
  }
}

}  // namespace
}  // namespace harness
