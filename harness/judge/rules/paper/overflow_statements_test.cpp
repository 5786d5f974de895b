#include <gtest/gtest.h>

#include "harness/testing/paper_documents.h"

namespace harness {
namespace {

TEST(OverflowStatements, AScaleThatNeverSettlesOrWeightsThatComeBackFail) {
  Experiment one = overflow_document();
  one.measurements["runs"]["grad-scaler"]["last_skipped"] = 8;
  EXPECT_EQ(judged(one, "dynamic-recovers").verdict, Verdict::kFail);
  one = overflow_document();
  one.measurements["runs"]["unguarded"]["trace"][9]["loss"] = 3.0;
  EXPECT_EQ(judged(one, "unguarded-ruins").verdict, Verdict::kFail);
  one.measurements["runs"]["unguarded"]["first_ruined"] = -1;
  EXPECT_EQ(judged(one, "unguarded-ruins").verdict, Verdict::kFail);
  one.measurements["runs"]["guarded"]["ruined"] = 1;
  EXPECT_EQ(judged(one, "check-protects").verdict, Verdict::kFail);
  one.measurements["runs"]["row"]["overflows"] = 1;
  EXPECT_EQ(judged(one, "own-scale-holds").verdict, Verdict::kFail);
  one.measurements["runs"]["mmcv-dynamic"]["overflows"] = 0;
  EXPECT_EQ(judged(one, "too-large-scale").verdict, Verdict::kFail);
}

}  // namespace
}  // namespace harness
