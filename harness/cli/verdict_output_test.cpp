#include "harness/cli/verdict_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/json.h"

namespace harness {
namespace {

TEST(VerdictOutput, PrintsATableOrTheDocument) {
  Suite suite;
  suite.name = "s";
  const std::vector<VerdictRecord> verdicts = {
      {"fcn", "hash", "file", "", "aa", "ab", "", Json(nullptr), Verdict::kFail, "differs"}};
  testing::internal::CaptureStdout();
  show_verdicts(suite, verdicts, /*json=*/false);
  EXPECT_THAT(testing::internal::GetCapturedStdout(), testing::HasSubstr("FAIL"));
  testing::internal::CaptureStdout();
  show_verdicts(suite, verdicts, /*json=*/true);
  const Json document = parse_json(testing::internal::GetCapturedStdout(), "output");
  EXPECT_EQ(document, verdicts_document("s", verdicts));
}

}  // namespace
}  // namespace harness
