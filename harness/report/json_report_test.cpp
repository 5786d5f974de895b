#include "harness/report/json_report.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

VerdictRecord record() {
  VerdictRecord record;
  record.row = "fcn";
  record.claim = "miou";
  record.evidence = "evaluated";
  record.published = 52.05;
  record.measured = 52.051;
  record.verdict = Verdict::kPass;
  record.reason = "0.001 above";
  return record;
}

TEST(JsonReport, IsTheVerdictsDocument) {
  const std::string text = json_report("minizoo", {record()});
  EXPECT_EQ(text.back(), '\n');
  const Json document = parse_json(text, "report");
  EXPECT_EQ(document, verdicts_document("minizoo", {record()}));
  EXPECT_EQ(document.at("exit"), 0);
}

TEST(JsonReport, IsValidWhateverTheFilesOfOthersHeld) {
  auto broken = record();
  broken.reason = "tensor \xFF\xFE";
  broken.measured = NAN;
  const Json document = parse_json(json_report("minizoo", {broken}), "report");
  EXPECT_TRUE(document.at("verdicts").at(0).at("measured").is_null());
  EXPECT_THAT(document.at("verdicts").at(0).at("reason").get<std::string>(),
              testing::HasSubstr("\xEF\xBF\xBD"));
}

}  // namespace
}  // namespace harness
