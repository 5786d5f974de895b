#include "harness/base/json.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {
using testing::HasSubstr;

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Json, RefusesWhatFollowsAByteZero) {
  using namespace std::string_literals;
  EXPECT_THROW(parse_json("{}\0{\"a\": 1}"s, "x.json"), Error);
  EXPECT_THROW(parse_json("{}\0"s, "x.json"), Error);
  EXPECT_EQ(parse_json("{}\n", "x.json"), Json::object());
}

TEST(Json, NamesSubjectAndPlaceOfASyntaxError) {
  const auto message = message_of([] { parse_json("{\"a\":\n 1,}", "suite.json"); });
  EXPECT_THAT(message, HasSubstr("invalid json: suite.json"));
  EXPECT_THAT(message, HasSubstr("line 2"));
}

TEST(Json, RefusesAKeyThatOccursTwice) {
  EXPECT_THAT(message_of([] { parse_json(R"({"a": {"b": 1, "b": 2}})", "s"); }),
              HasSubstr("\"b\" twice"));
  EXPECT_EQ(parse_json(R"({"a": {"b": 1}, "c": {"b": 2}})", "s")["c"]["b"], 2);
}

TEST(Json, RefusesEndlessNesting) {
  EXPECT_THAT(message_of([] { parse_json(std::string(5000, '['), "s"); }), HasSubstr("nesting"));
}

TEST(Json, NotANumberIsMissingAndNotZero) {
  EXPECT_TRUE(number_or_null(std::numeric_limits<double>::quiet_NaN()).is_null());
  EXPECT_EQ(number_or_null(0.5), 0.5);
}

TEST(Json, KeepsTheOrderOfKeysOnDisk) {
  const TemporaryFolder folder;
  write_json_file(folder.path() / "f", Json{{"z", 1}, {"a", 2}});
  EXPECT_EQ(read_json_file(folder.path() / "f").begin().key(), "z");
}

TEST(ObjectReader, NamesThePathOfAnUnknownKey) {
  const Json object = parse_json(R"({"id": "miou", "vlaue": 1})", "s");
  ObjectReader reader(object, "minizoo.json", "rows[2].claims[0]");
  EXPECT_EQ(reader.required_string("id"), "miou");
  EXPECT_THAT(message_of([&] { reader.finish(); }),
              HasSubstr("minizoo.json: rows[2].claims[0].vlaue: unknown key; expected one of: id"));
}

TEST(ObjectReader, SaysExpectedAndActualType) {
  const Json object = parse_json(R"({"digits": "2"})", "s");
  ObjectReader reader(object, "f", "");
  EXPECT_THAT(message_of([&] { reader.required_integer("digits"); }),
              HasSubstr("digits: expected an integer, got a string"));
  EXPECT_THAT(message_of([&] { reader.required_number("value"); }),
              HasSubstr("value: expected a value, got nothing"));
  EXPECT_FALSE(reader.optional_number("absent").has_value());
}

}  // namespace
}  // namespace harness
