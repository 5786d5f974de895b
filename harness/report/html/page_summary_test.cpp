#include "harness/report/html/page_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/testing/report_runs.h"

namespace harness {
namespace {
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

JudgedRun judged(const std::vector<Verdict>& verdicts) {
  JudgedRun run;
  for (const auto verdict : verdicts) {
    VerdictRecord record;
    record.row = "fcn";
    record.claim = "c" + std::to_string(run.verdicts.size());
    record.verdict = verdict;
    record.reason = "because";
    run.verdicts.push_back(record);
  }
  return run;
}

TEST(WholeSentence, SaysThatAllHolds) {
  using enum Verdict;
  EXPECT_EQ(whole_sentence(judged({kPass, kPass, kNotVerifiable})),
            "All 2 claims that could be judged hold; 1 claim could not be verified.");
  EXPECT_EQ(whole_sentence(judged({kPass})), "The only claim that could be judged holds.");
  EXPECT_EQ(whole_sentence(judged({kPass, kXfail})),
            "The only claim that could be judged holds; 1 claim fails as the suite expects.");
}

TEST(WholeSentence, BeginsWithWhatDoesNotHold) {
  using enum Verdict;
  EXPECT_EQ(whole_sentence(judged({kPass, kFail, kXpass, kPass, kAmbiguous, kSkipped, kUnfit})),
            "2 claims do not hold (c1 of fcn, c2 of fcn); 1 claim is too noisy to say; 2 claims "
            "hold; 2 claims could not be verified.");
  EXPECT_EQ(whole_sentence(judged({kFail, kFail, kFail, kFail})), "4 claims do not hold.");
  JudgedRun died = judged({kPass});
  died.failed.push_back({"fcn", "evaluate in fp16", "killed"});
  EXPECT_EQ(whole_sentence(died), "1 execution failed to run; 1 claim holds.");
}

TEST(WholeSentence, CallsNothingASuccess) {
  EXPECT_EQ(whole_sentence(judged({})), "Nothing could be judged.");
  EXPECT_EQ(whole_sentence(judged({Verdict::kSkipped})),
            "Nothing could be judged; 1 claim could not be verified.");
}

TEST(AboutRun, SaysWhenOnWhatAndFromWhat) {
  ReportInput input = report_input(kGpuEvidence + "correctness/minizoo");
  const PageFacts facts = about_run(input);
  EXPECT_THAT(facts, Contains(Pair("started", "2026-11-27T17:17:23Z")));
  EXPECT_THAT(facts, Contains(Pair("hardware", "NVIDIA H200")));
  EXPECT_THAT(facts, Contains(Pair("commit", "86effc148889e233d4f4d78a744af10737ca758d")));
  input.suite.digest = "0123";
  EXPECT_THAT(about_run(input), Contains(Pair("judged by", "another suite, sha256 0123")));
}

TEST(RunNotes, TellWhatTheAuditFound) {
  const TemporaryFolder folder;
  ReportInput input;
  input.folder = folder.path();
  EXPECT_THAT(run_notes(input), IsEmpty());
  const auto with_audit = [&](const std::string& text) {
    write_file_atomic(folder.path() / "audit.json", text);
    return run_notes(input);
  };
  EXPECT_THAT(with_audit(R"({"contradictions": [{"message": "two fps"}]})"),
              ElementsAre("The sources contradict each other: two fps"));
  EXPECT_THAT(with_audit(R"({"contradictions": []})"),
              ElementsAre("Audit: no contradiction in what is published."));
  EXPECT_THAT(with_audit("[]"), ElementsAre("audit.json is no audit of halfproof."));
  EXPECT_THAT(with_audit("{"), ElementsAre(HasSubstr("audit.json")));
}

TEST(RunNotes, TellWhatWasNotAskedFor) {
  ReportInput input;
  input.judged.not_asked["train"] = 2;
  EXPECT_THAT(run_notes(input), ElementsAre(HasSubstr("2 claims over trainings")));
}

}  // namespace
}  // namespace harness
