#include "harness/judge/rules/file/code_claim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::HasSubstr;

const UnknownCodeRecord kCall{"os.system", "calls", "a string", true};
const UnknownCodeRecord kOwn{"models.Net", "makes an object of", "", false};

TEST(CodeClaim, PassesAFileOfTensorsAndPlainData) {
  const Finding finding = judge_code(sample::checkpoint());
  EXPECT_EQ(finding.verdict, Verdict::kPass);
}

TEST(CodeClaim, FailsForEachCallWithTheKindsOfItsArguments) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.unknown_code = {kCall, kOwn};
  const Finding finding = judge_code(checkpoint);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.measured, 2);
  EXPECT_THAT(finding.reason, HasSubstr("os.system(a string); makes an object of models.Net"));
}

TEST(CodeClaim, AClassThatIsNotKnownIsUnknownCodeToo) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.unknown_code = {kOwn};
  EXPECT_EQ(judge_code(checkpoint).verdict, Verdict::kFail);
  EXPECT_EQ(code_text(checkpoint.unknown_code, /*all=*/false), "");
}

TEST(CodeClaim, FailsWhereNothingWasLookedAt) {
  EXPECT_EQ(judge_code({}).verdict, Verdict::kFail);
}

TEST(CodeClaim, CountsWhatIsNotShown) {
  const std::vector<UnknownCodeRecord> many(100, {std::string(50, 'a'), "calls", "", true});
  EXPECT_THAT(code_text(many, /*all=*/true), testing::EndsWith(" more"));
}

}  // namespace
}  // namespace harness
