#include "harness/judge/rules/retrained/training_parity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/trainings.h"

namespace harness {
namespace {

using testing::HasSubstr;

Trained parity(const std::vector<double>& half, const std::vector<double>& single,
               double margin = 1.0) {
  Trained trained("retrain.parity", 0);
  trained.claim.tolerance = Tolerance{.abs = margin, .rel = 0.0, .reason = "a margin"};
  trained.add("fp16", half);
  trained.add("fp32", single);
  return trained;
}

TEST(RetrainedParity, EqualMeansWithinTheMarginPass) {
  const auto finding = parity({50.1, 51.0, 52.1}, {50.0, 51.1, 52.0}).judge(judge_retrained_parity);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_THAT(finding.reason, HasSubstr("3 pairs"));
}

TEST(RetrainedParity, ACostOutsideTheMarginFails) {
  EXPECT_EQ(parity({45.1, 46.0, 47.1}, {50.0, 51.1, 52.0}).judge(judge_retrained_parity).verdict,
            Verdict::kFail);
}

TEST(RetrainedParity, NoiseIsAmbiguousWithTheSeedsItWouldTake) {
  const auto finding = parity({48.0, 52.0, 50.5}, {50.0, 50.1, 50.0}).judge(judge_retrained_parity);
  EXPECT_EQ(finding.verdict, Verdict::kAmbiguous);
  EXPECT_THAT(finding.reason, HasSubstr("seeds would decide"));
  // Differences 2.98, 0.59, -0.39: mean 1.06, sd 1.73. With 4 pairs of that kind 1.06 + 2.35 *
  // 0.87 = 3.10, with 5 1.06 + 2.13 * 0.78 = 2.71.
  const auto near = parity({49.98, 45.44, 45.19}, {47.00, 44.85, 45.58}, 3.0);
  EXPECT_THAT(near.judge(judge_retrained_parity).reason, HasSubstr("; 5 seeds would decide"));
  EXPECT_EQ(parity({50.0}, {50.0}).judge(judge_retrained_parity).verdict, Verdict::kAmbiguous);
}

TEST(RetrainedParity, PairsAreOfOneSeedAndAMarginIsNeeded) {
  auto trained = parity({50.0, 51.0, 52.0}, {50.0, 51.0, 52.0});
  for (auto& result : trained.results) {
    if (result.precision == "fp32") {
      *result.seed += 100;
    }
  }
  EXPECT_EQ(trained.judge(judge_retrained_parity).verdict, Verdict::kFail);
  auto no_margin = parity({50.0, 51.0, 52.0}, {50.0, 51.0, 52.0});
  no_margin.claim.tolerance.reset();
  EXPECT_EQ(no_margin.judge(judge_retrained_parity).verdict, Verdict::kFail);
}

}  // namespace
}  // namespace harness
