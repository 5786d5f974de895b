#include "harness/record/verdict.h"

#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

std::vector<VerdictRecord> records(const std::vector<Verdict>& verdicts) {
  std::vector<VerdictRecord> result;
  for (const auto verdict : verdicts) {
    VerdictRecord record;
    record.verdict = verdict;
    result.push_back(record);
  }
  return result;
}

TEST(Verdict, EveryNameReadsBack) {
  for (const auto* name :
       {"PASS", "FAIL", "AMBIGUOUS", "UNFIT", "SKIPPED", "NOT_VERIFIABLE", "XFAIL", "XPASS"}) {
    EXPECT_EQ(to_string(verdict_from_string(name)), name);
  }
  EXPECT_THROW(verdict_from_string("pass"), Error);
}

TEST(Verdict, ExitCodesAreThoseOfTheDesign) {
  using enum Verdict;
  EXPECT_EQ(exit_code(records({kPass, kUnfit, kNotVerifiable})), 0);
  EXPECT_EQ(exit_code(records({kPass, kFail})), 1);
  EXPECT_EQ(exit_code(records({kPass, kXpass})), 1);
  EXPECT_EQ(exit_code(records({kXfail})), 0);
  EXPECT_EQ(exit_code(records({kUnfit, kSkipped})), 77);
  EXPECT_EQ(exit_code(records({kAmbiguous})), 3);
  EXPECT_EQ(exit_code(records({kPass, kAmbiguous, kXfail})), 3);
  EXPECT_EQ(exit_code(records({kAmbiguous, kFail})), 1);
  EXPECT_EQ(exit_code(records({kSkipped, kNotVerifiable})), 77);
}

TEST(Verdict, NoClaimAtAllIsNotASuccess) {
  EXPECT_EQ(exit_code({}), 77);
}

TEST(Verdict, TheDocumentCountsAndReadsBack) {
  VerdictRecord record{"row", "miou", "evaluated",   "fp16",         52.05,
                       52.06, "%",    Json(nullptr), Verdict::kPass, "within"};
  const Json document = verdicts_document("minizoo", {record});
  EXPECT_EQ(document.at("schema"), "halfproof.verdicts/1");
  EXPECT_EQ(document.at("counts").at("PASS"), 1);
  const auto read = verdict_record_from_json(document.at("verdicts").at(0), "test");
  EXPECT_EQ(to_json(read), to_json(record));
  EXPECT_THROW(verdict_record_from_json(Json::object(), "test"), Error);
}

}  // namespace
}  // namespace harness
