#include <gtest/gtest.h>

#include "harness/testing/paper_documents.h"

namespace harness {
namespace {

TEST(MasterWeightsStatements, WhatIsNotSeenFails) {
  Experiment one = master_weights_document();
  one.measurements["constructed"]["above_lost"] = 1;
  EXPECT_EQ(judged(one, "ratio").verdict, Verdict::kFail);
  one = master_weights_document();
  one.measurements["start"]["below_2048"]["lost"] = 1;
  EXPECT_EQ(judged(one, "boundary").verdict, Verdict::kFail);
  one.measurements["published"]["all_steps"]["share"] = 0.04;
  EXPECT_EQ(judged(one, "updates-vanish").verdict, Verdict::kFail);
  one.measurements["published"]["after"]["stuck_share"] = 0.0;
  EXPECT_EQ(judged(one, "half-stands-still").verdict, Verdict::kFail);
  one.measurements["published"]["masters"]["moved"] = 50;
  EXPECT_EQ(judged(one, "masters-move").verdict, Verdict::kFail);
}

}  // namespace
}  // namespace harness
