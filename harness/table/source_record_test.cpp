#include "harness/table/source_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/table/suite.h"

namespace harness {
namespace {

Json good() {
  return Json::parse(R"({"id": "old.fps", "row": "a", "of": "sibling", "fact": "fps", "value": 2.66,
    "digits": 2, "unit": "fps", "source": {"file": "README.md", "line": 22, "version": "1765c12",
    "date": "2020-07-20", "quote": "| FCN | 2.66 |"}})");
}

std::string refusal(const Json& value) {
  try {
    source_record_from_json(value, "s.json", "records[0]");
  } catch (const Error& error) {
    return error.detail();
  }
  return "";
}

TEST(SourceRecord, IsWrittenAsItIsRead) {
  const SourceRecord record = source_record_from_json(good(), "s.json", "records[0]");
  EXPECT_EQ(record.digits, 2);
  EXPECT_EQ(record.quote, "| FCN | 2.66 |");
  EXPECT_EQ(to_json(record), good());
}

TEST(SourceRecord, RefusesUnknownKeysAndMissingSources) {
  const auto with = [](const char* pointer, const Json& value) {
    Json changed = good();
    changed[Json::json_pointer(pointer)] = value;
    return refusal(changed);
  };
  EXPECT_THAT(with("/extra", 1), testing::HasSubstr("extra"));
  EXPECT_THAT(with("/source/page", 1), testing::HasSubstr("records[0].source"));
  EXPECT_THAT(with("/source/quote", ""), testing::HasSubstr("quote"));
  EXPECT_THAT(with("/source/date", "24.4.2021"), testing::HasSubstr("2021-04-24"));
  EXPECT_THAT(with("/of", "parent"), testing::HasSubstr("of"));
  EXPECT_THAT(with("/value", Json::object()), testing::HasSubstr("value"));
  Json undated = good();
  undated["source"].erase("date");
  EXPECT_EQ(refusal(undated), "");
  undated["source"].erase("version");
  EXPECT_THAT(refusal(undated), testing::HasSubstr("expected a version or a date"));
}

TEST(SourceRecord, BelongsToARowOfTheSuiteAndComesOnce) {
  Json suite = Json::parse(R"({"schema": "halfproof.suite/1", "name": "s",
    "rows": [{"id": "a", "method": "FCN", "claims": []}]})");
  suite["records"] = Json::array({good()});
  EXPECT_EQ(to_json(suite_from_json(suite, "s.json"))["records"], suite["records"]);
  suite["records"].push_back(good());
  EXPECT_THROW(suite_from_json(suite, "s.json"), Error);
  suite["records"] = Json::array({good()});
  suite["records"][0]["row"] = "b";
  EXPECT_THROW(suite_from_json(suite, "s.json"), Error);
}

}  // namespace
}  // namespace harness
