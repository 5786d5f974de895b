#include "harness/judge/rules/retrained/training_claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/trainings.h"

namespace harness {
namespace {

using testing::HasSubstr;

Trained retrained(const std::vector<double>& mious, bool with_reference = true) {
  Trained trained("retrain.miou", 52.05);
  if (with_reference) {
    trained.claim.conditions = {{"reference_runs", {52.27, 48.84, 46.02, 47.72, 50.03}}};
  }
  trained.add("fp16", mious);
  return trained;
}

TEST(RetrainedMiou, RunsOfTheReferencesPopulationPass) {
  const auto finding = retrained({50.1, 47.3, 49.9}).judge(judge_retrained_miou);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.precision, "fp16");
  EXPECT_THAT(finding.reason, HasSubstr("3 runs, mean 49.10"));
}

TEST(RetrainedMiou, RunsOfAnotherPopulationFailOnBothSides) {
  EXPECT_EQ(retrained({30.1, 31.3, 32.9}).judge(judge_retrained_miou).verdict, Verdict::kFail);
  EXPECT_EQ(retrained({70.1, 71.3, 72.9}).judge(judge_retrained_miou).verdict, Verdict::kFail);
}

TEST(RetrainedMiou, OneRunIsConsistentAtBest) {
  EXPECT_EQ(retrained({49.0}).judge(judge_retrained_miou).verdict, Verdict::kAmbiguous);
  // The reference's 95 % prediction interval is 48.98 +- 7.2.
  EXPECT_EQ(retrained({41.0}).judge(judge_retrained_miou).verdict, Verdict::kFail);
  EXPECT_EQ(retrained({57.0}).judge(judge_retrained_miou).verdict, Verdict::kFail);
}

TEST(RetrainedMiou, WithoutAReferenceThePublishedNumberIsOneMoreRun) {
  EXPECT_EQ(retrained({51.0, 52.0, 53.0}, false).judge(judge_retrained_miou).verdict,
            Verdict::kPass);
  EXPECT_EQ(retrained({40.0, 40.5, 41.0}, false).judge(judge_retrained_miou).verdict,
            Verdict::kFail);
  EXPECT_EQ(retrained({52.0, 52.1}, false).judge(judge_retrained_miou).verdict,
            Verdict::kAmbiguous);
}

TEST(RetrainedMiou, NothingAndNaNNeverPass) {
  EXPECT_EQ(retrained({}).judge(judge_retrained_miou).verdict, Verdict::kFail);
  auto broken = retrained({50.0, 50.1});
  broken.results[0].measurements["miou"] = nullptr;
  EXPECT_EQ(broken.judge(judge_retrained_miou).verdict, Verdict::kFail);
  auto cut = retrained({50.0});
  cut.results[0].measurements["iterations"] = 20;
  EXPECT_EQ(cut.judge(judge_retrained_miou).verdict, Verdict::kSkipped);
}

TEST(RetrainedLossScale, StoodStillOrDidNot) {
  Trained trained("retrain.loss_scale", 512);
  trained.add("fp16", {50.0, 51.0});
  EXPECT_EQ(trained.judge(judge_retrained_loss_scale).verdict, Verdict::kPass);
  for (auto& result : trained.results) {
    result.measurements["gradients"] = {{"looked_at", 1000}, {"zeros", 1}, {"half_subnormals", 20}};
  }
  EXPECT_THAT(
      trained.judge(judge_retrained_loss_scale).reason,
      HasSubstr("1,200 steps, 0 of them skipped; of the gradients 0.1 % are 0 and 2 % sub"));
  trained.results[1].measurements["scale"]["min"] = 256.0;
  trained.results[1].measurements["scale"]["changes"] = {{3, 256.0}, {300, 512.0}};
  EXPECT_THAT(trained.judge(judge_retrained_loss_scale).reason,
              HasSubstr("scale between 256 and 512, 2 changes"));
  EXPECT_EQ(trained.judge(judge_retrained_loss_scale).verdict, Verdict::kFail);
  trained.results[1].measurements["scaler"] = "mmcv-dynamic";
  EXPECT_EQ(trained.judge(judge_retrained_loss_scale).verdict, Verdict::kPass);
  trained.results[1].measurements["steps"] = 0;
  trained.results[0].measurements["steps"] = 0;
  EXPECT_EQ(trained.judge(judge_retrained_loss_scale).verdict, Verdict::kFail);
}

TEST(RetrainedArithmetic, IsWhatWasDispatchedNotWhatWasAsked) {
  Trained trained("retrain.arithmetic", "fp16-master");
  trained.add("fp16", {50.0});
  EXPECT_EQ(trained.judge(judge_retrained_arithmetic).verdict, Verdict::kPass);
  trained.results[0].measurements["census"]["convolution"]["float32"] = 1;
  EXPECT_EQ(trained.judge(judge_retrained_arithmetic).verdict, Verdict::kFail);
  trained.results[0].measurements["census"] = census_of_half();
  trained.results[0].measurements["census"].erase("convolution_backward");
  EXPECT_THAT(trained.judge(judge_retrained_arithmetic).reason,
              HasSubstr("no convolution_backward was seen"));
  trained.results[0].measurements["census"] = nullptr;
  EXPECT_EQ(trained.judge(judge_retrained_arithmetic).verdict, Verdict::kFail);
}

TEST(RetrainedFinite, EveryStepCounts) {
  Trained trained("retrain.finite", 0);
  trained.add("fp16", {50.0, 51.0});
  EXPECT_EQ(trained.judge(judge_retrained_finite).verdict, Verdict::kPass);
  trained.results[1].measurements["non_finite_steps"] = 1;
  EXPECT_EQ(trained.judge(judge_retrained_finite).verdict, Verdict::kFail);
  trained.results[1].measurements.erase("non_finite_steps");
  EXPECT_EQ(trained.judge(judge_retrained_finite).verdict, Verdict::kFail);
}

TEST(RetrainedMemory, IsARatioBesideTheNumberThatIsNotPublished) {
  Trained trained("retrain.memory", nullptr);
  trained.add("fp16", {50.0});
  trained.add("fp32", {50.0});
  const auto finding = trained.judge(judge_retrained_memory);
  EXPECT_EQ(finding.verdict, Verdict::kNotVerifiable);
  EXPECT_EQ(finding.measured, 0.6);
  trained.results[0].measurements["iterations_per_second"] = 17.52;
  trained.results[1].measurements["iterations_per_second"] = 16.9;
  EXPECT_THAT(trained.judge(judge_retrained_memory).reason, HasSubstr("17.5 it/s against 16.9"));
  trained.claim.value = 0.58;
  trained.claim.tolerance = Tolerance{.abs = 0.03, .rel = 0.0, .reason = "another allocator"};
  EXPECT_EQ(trained.judge(judge_retrained_memory).verdict, Verdict::kPass);
  trained.claim.value = 0.5;
  EXPECT_EQ(trained.judge(judge_retrained_memory).verdict, Verdict::kFail);
  trained.results[0].measurements["peak_bytes"] = nullptr;
  EXPECT_EQ(trained.judge(judge_retrained_memory).verdict, Verdict::kFail);
}

TEST(TrainingClaims, AWorkerThatDiedFailsAndNoDataSkips) {
  Trained trained("retrain.finite", 0);
  trained.results.push_back(training("fp16", 0, 50.0));
  trained.results[0].status = RunStatus::kError;
  trained.results[0].reason = "worker: killed";
  EXPECT_EQ(trained.judge(judge_retrained_finite).verdict, Verdict::kFail);
  trained.results[0].status = RunStatus::kSkipped;
  trained.results[0].reason = "no data: nothing there";
  EXPECT_EQ(trained.judge(judge_retrained_finite).verdict, Verdict::kSkipped);
}

}  // namespace
}  // namespace harness
