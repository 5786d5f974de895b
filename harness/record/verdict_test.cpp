#include "harness/record/verdict.h"

#include <string>
#include <utility>
#include <vector>

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

TEST(Verdict, HasTheNameThatTheDocumentCountsItBy) {
  using enum Verdict;
  const std::vector<std::pair<Verdict, std::string>> names = {
      {kPass, "PASS"},   {kFail, "FAIL"},       {kAmbiguous, "AMBIGUOUS"},
      {kUnfit, "UNFIT"}, {kSkipped, "SKIPPED"}, {kNotVerifiable, "NOT_VERIFIABLE"},
      {kXfail, "XFAIL"}, {kXpass, "XPASS"}};
  for (const auto& [verdict, name] : names) {
    EXPECT_EQ(to_string(verdict), name);
    const Json document = verdicts_document("s", records({verdict, verdict}));
    EXPECT_EQ(document.at("counts"), Json({{name, 2}}));
  }
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
  EXPECT_EQ(exit_code(std::vector<VerdictRecord>()), 77);
}

TEST(Verdict, TheDocumentHoldsEveryField) {
  VerdictRecord record{"row", "miou", "evaluated",   "fp16",         52.05,
                       52.06, "%",    Json(nullptr), Verdict::kPass, "within"};
  const Json document = verdicts_document("minizoo", {record});
  EXPECT_EQ(document.at("schema"), "halfproof.verdicts/1");
  EXPECT_EQ(document.at("counts"), Json({{"PASS", 1}}));
  EXPECT_EQ(document.at("verdicts"), Json::array({Json::object({{"row", "row"},
                                                                {"claim", "miou"},
                                                                {"evidence", "evaluated"},
                                                                {"precision", "fp16"},
                                                                {"published", 52.05},
                                                                {"measured", 52.06},
                                                                {"unit", "%"},
                                                                {"tolerance", nullptr},
                                                                {"verdict", "PASS"},
                                                                {"reason", "within"}})}));
}

JudgedRun judged_run() {
  JudgedRun run;
  run.verdicts = {{"row", "miou", "evaluated", "fp16", 52.05, 52.06, "%", Json(nullptr),
                   Verdict::kPass, "within"}};
  run.failed = {{"row", "evaluate in fp32", "killed"}};
  run.left_over = {"row/train-fp16-seed0.json"};
  run.not_asked = {{"train", 2}};
  return run;
}

TEST(Verdict, TheDocumentIsReadAsItWasWritten) {
  const Json document = verdicts_document("minizoo", judged_run());
  const JudgedRun read = judged_run_from_json(document, "minizoo", "verdicts.json");
  EXPECT_EQ(verdicts_document("minizoo", read), document);
  EXPECT_EQ(read.verdicts.at(0).verdict, Verdict::kPass);
  EXPECT_EQ(read.failed.at(0).execution, "evaluate in fp32");
}

TEST(Verdict, ADocumentThatContradictsItselfIsRefused) {
  const Json document = verdicts_document("minizoo", judged_run());
  const auto refuses = [&](const Json& patch) {
    Json other = document;
    other.merge_patch(patch);
    EXPECT_THROW(judged_run_from_json(other, "minizoo", "verdicts.json"), Error) << patch;
  };
  refuses({{"exit", 0}});
  refuses({{"counts", {{"PASS", 2}}}});
  refuses({{"suite", "other"}});
  refuses({{"schema", "halfproof.verdicts/2"}});
  refuses({{"unknown", 1}});
  refuses({{"failed", nullptr}});
}

}  // namespace
}  // namespace harness
