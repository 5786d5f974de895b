#include "harness/table/claim_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {

TEST(ClaimText, ASuiteOfOursStaysByteForByteWhereNothingIsChanged) {
  for (const char* file : {"suites/minizoo.json", "suites/mmseg_fp16.json"}) {
    const std::string text = read_file(file);
    const Json suite = parse_json(text, file);
    for (std::size_t row = 0; row < suite.at("rows").size(); ++row) {
      const Json& claims = suite.at("rows").at(row).at("claims");
      for (std::size_t claim = 0; claim < claims.size(); ++claim) {
        EXPECT_EQ(with_claim(text, row, claim, claims.at(claim)), text) << row << " " << claim;
      }
    }
  }
}

TEST(ClaimText, ChangesTheClaimAndNothingElse) {
  const std::string text =
      "{ \"name\" :\"a]}\\\"\", \"records\": [{\"rows\": [1]}],\r\n"
      "\"rows\":[ {\"claims\":[]},\n"
      "\t{\"id\": \"x\", \"claims\": [\n"
      "\t\t{\n"
      "\t\t\t\"id\": \"one\",\n"
      "\t\t\t\"value\": 1.50\n"
      "\t\t},\n"
      "\t\t{\"id\": \"two\", \"value\": 2.50} ]\n"
      "\t} ] }";
  std::string tall = text;
  tall.replace(text.find("1.50"), 4, "3");
  EXPECT_EQ(with_claim(text, 1, 0, {{"id", "one"}, {"value", 3}}), tall);
  std::string flat = text;
  flat.replace(text.find("{\"id\": \"two\""), 28, "{\"id\":\"two\",\"value\":3}");
  EXPECT_EQ(with_claim(text, 1, 1, {{"id", "two"}, {"value", 3}}), flat);
}

TEST(ClaimText, AKeyThatIsWrittenWithEscapesIsRefused) {
  try {
    with_claim(R"({"row\u0073": [{"claims": [{}]}]})", 0, 0, Json::object());
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidSuite);
  }
}

}  // namespace
}  // namespace harness
