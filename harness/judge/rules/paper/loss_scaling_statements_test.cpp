#include <gtest/gtest.h>

#include "harness/testing/paper_documents.h"

namespace harness {
namespace {

TEST(LossScalingStatements, AScaleThatRescuesNothingOrOverflowsFails) {
  Experiment one = loss_scaling_document();
  one.measurements["start"]["weights"]["scaled"]["zero_in_half"] = 0.3;
  EXPECT_EQ(judged(one, "scaling-rescues").verdict, Verdict::kFail);
  one = loss_scaling_document();
  one.measurements["start"]["weights"]["scaled"]["non_finite_in_half"] = 1;
  EXPECT_EQ(judged(one, "scaling-rescues").verdict, Verdict::kFail);
  for (const auto* phase : {"start", "published"}) {
    one.measurements[phase]["activations"]["unscaled"]["zero_in_half"] = 0.01;
  }
  EXPECT_EQ(judged(one, "activation-grads").verdict, Verdict::kFail);
  EXPECT_EQ(judged(one, "flush-threshold").verdict, Verdict::kFail);
  one.measurements["published"]["logits"][0]["max_abs"] = 0.26;
  EXPECT_EQ(judged(one, "logit-bound").verdict, Verdict::kFail);
}

}  // namespace
}  // namespace harness
