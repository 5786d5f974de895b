#include "harness/report/junit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

using testing::HasSubstr;
using testing::Not;

VerdictRecord record(const char* row, const char* claim, Verdict verdict, const char* reason) {
  VerdictRecord record;
  record.row = row;
  record.claim = claim;
  record.evidence = "evaluated";
  record.precision = "fp16";
  record.published = 52.05;
  record.measured = 51.15;
  record.verdict = verdict;
  record.reason = reason;
  return record;
}

TEST(Junit, TheWholeFileReadsLikeThis) {
  const std::vector<VerdictRecord> records{
      record("fcn", "miou", Verdict::kFail, "0.900 below, allowed \"0.055\""),
      record("fcn", "fps", Verdict::kUnfit, "published for V100"),
      record("psp", "miou", Verdict::kPass, "equal")};
  EXPECT_EQ(junit_report("mini<zoo>", records), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="mini&lt;zoo&gt;" tests="3" failures="1" errors="0" skipped="1">
 <testsuite name="fcn" tests="2" failures="1" errors="0" skipped="1">
  <testcase classname="mini&lt;zoo&gt;.fcn" name="miou">
   <failure type="FAIL" message="FAIL: 0.900 below, allowed &quot;0.055&quot;"/>
   <system-out>FAIL: 0.900 below, allowed &quot;0.055&quot;&#10;published: 52.05&#10;measured: 51.15&#10;evidence: evaluated fp16</system-out>
  </testcase>
  <testcase classname="mini&lt;zoo&gt;.fcn" name="fps">
   <skipped message="UNFIT: published for V100"/>
   <system-out>UNFIT: published for V100&#10;published: 52.05&#10;measured: 51.15&#10;evidence: evaluated fp16</system-out>
  </testcase>
 </testsuite>
 <testsuite name="psp" tests="1" failures="0" errors="0" skipped="0">
  <testcase classname="mini&lt;zoo&gt;.psp" name="miou">
   <system-out>PASS: equal&#10;published: 52.05&#10;measured: 51.15&#10;evidence: evaluated fp16</system-out>
  </testcase>
 </testsuite>
</testsuites>
)");
}

TEST(Junit, NothingThatIsOpenReadsAsPassed) {
  for (const auto verdict :
       {Verdict::kAmbiguous, Verdict::kUnfit, Verdict::kSkipped, Verdict::kNotVerifiable}) {
    EXPECT_THAT(junit_report("s", {record("r", "c", verdict, "why")}), HasSubstr("<skipped"));
  }
  for (const auto verdict : {Verdict::kFail, Verdict::kXpass}) {
    EXPECT_THAT(junit_report("s", {record("r", "c", verdict, "why")}), HasSubstr("<failure"));
  }
  const auto expected = junit_report("s", {record("r", "c", Verdict::kXfail, "why")});
  EXPECT_THAT(expected, Not(HasSubstr("<failure")));
  EXPECT_THAT(expected, Not(HasSubstr("<skipped")));
}

TEST(Junit, NoClaimsIsAFileToo) {
  EXPECT_EQ(junit_report("s", {}),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"s\" tests=\"0\" "
            "failures=\"0\" errors=\"0\" skipped=\"0\">\n</testsuites>\n");
}

TEST(Junit, TextsOfOthersCannotBreakTheFile) {
  const auto text = junit_report("s", {record("r", "c", Verdict::kFail, "\x1b[2J\xFF</testcase>")});
  EXPECT_THAT(text, HasSubstr("\xEF\xBF\xBD[2J\xEF\xBF\xBD&lt;/testcase&gt;"));
}

}  // namespace
}  // namespace harness
