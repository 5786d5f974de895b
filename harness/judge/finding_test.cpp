#include "harness/judge/finding.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(Finding, AnEmptyScopeAsksForEverything) {
  const JobScope scope;
  EXPECT_TRUE(scope.asks_for_stage("parity"));
  EXPECT_TRUE(scope.asks_for_precision("fp16"));
}

TEST(Finding, EvaluationIncludesFlippedScalesAndParity) {
  JobScope scope;
  scope.stages = {"examine", "evaluate"};
  EXPECT_TRUE(scope.asks_for_stage("evaluate"));
  EXPECT_TRUE(scope.asks_for_stage("evaluate_ms_flip"));
  EXPECT_TRUE(scope.asks_for_stage("parity"));
  EXPECT_FALSE(scope.asks_for_stage("train"));
  scope.stages = {"examine"};
  EXPECT_FALSE(scope.asks_for_stage("evaluate"));
  EXPECT_FALSE(scope.asks_for_stage("parity"));
}

TEST(Finding, OnlyTheNamedPrecisionsAreAskedFor) {
  JobScope scope;
  scope.precisions = {"fp32"};
  EXPECT_TRUE(scope.asks_for_precision("fp32"));
  EXPECT_FALSE(scope.asks_for_precision("fp16"));
}

TEST(Finding, AReasonNamesTheMissingResourceInItsFirstWords) {
  EXPECT_EQ(missing_resource("no gpu: no CUDA device is visible"), "gpu");
  EXPECT_EQ(missing_resource("no data"), "data");
  EXPECT_EQ(missing_resource("no network: offline"), "network");
  EXPECT_EQ(missing_resource("no gpus were harmed"), "");
  EXPECT_EQ(missing_resource("there is no gpu"), "");
  EXPECT_EQ(missing_resource(""), "");
}

TEST(Finding, OnlyAComparisonCountsAsCompared) {
  EXPECT_TRUE(pass_or_fail(false, 3, "off by 3").compared);
  EXPECT_FALSE(fail_unmeasured("no result").compared);
  EXPECT_EQ(fail_unmeasured("no result").verdict, Verdict::kFail);
  EXPECT_EQ(skipped("no gpu", "gpu").verdict, Verdict::kSkipped);
  EXPECT_EQ(not_verifiable("no config").verdict, Verdict::kNotVerifiable);
  EXPECT_EQ(pass_or_fail(true, 3, "equal").verdict, Verdict::kPass);
}

}  // namespace
}  // namespace harness
