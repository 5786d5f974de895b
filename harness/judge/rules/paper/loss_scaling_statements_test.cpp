#include <utility>

#include <gtest/gtest.h>

#include "harness/testing/paper_documents.h"

namespace harness {
namespace {

using R = LossScalingRecord;

void expect_fails(const std::vector<PaperMutation<R>>& mutations) {
  expect_each_fails(PaperExperiment::kLossScaling, loss_scaling_record(), mutations);
}

void swap_scales(GradientCensus& census) {
  std::swap(census.unscaled, census.scaled);
}

TEST(LossScalingStatements, ActivationGradientsVanishInOnePhaseAtLeast) {
  expect_fails({
      {"activation-grads", "4.9 % in both phases",
       [](R& r) {
         r.start.activations.unscaled.zero_in_half = 49;
         r.published.activations.unscaled.zero_in_half = 49;
       }},
      {"activation-grads", "with and without a scale are swapped",
       [](R& r) { swap_scales(r.start.activations), swap_scales(r.published.activations); }},
      {"activation-grads", "no gradient", [](R& r) { r.start.activations.non_zero = 0; }},
      {"activation-grads", "more zeros than gradients",
       [](R& r) { r.published.activations.unscaled.zero_in_half = 1001; }},
      {"activation-grads", "another sign",
       [](R& r) { r.published.activations.unscaled.zero_in_half = -400; }},
  });
  R one_phase = loss_scaling_record();
  one_phase.published.activations.unscaled.zero_in_half = 0;
  EXPECT_EQ(judged(document(PaperExperiment::kLossScaling, one_phase), "activation-grads").verdict,
            Verdict::kPass);
}

TEST(LossScalingStatements, WeightGradientsAreMeasuredAndNeverJudged) {
  R record = loss_scaling_record();
  const auto found = judged(document(PaperExperiment::kLossScaling, record), "weight-grads");
  EXPECT_EQ(found.verdict, Verdict::kNotVerifiable);
  EXPECT_EQ(found.measured, 50.0);
  record.start.weights.non_zero = 0;
  EXPECT_EQ(judged(document(PaperExperiment::kLossScaling, record), "weight-grads").verdict,
            Verdict::kFail);
}

TEST(LossScalingStatements, ZerosAreThoseThatRoundingMakes) {
  expect_fails({
      {"flush-threshold", "a fifth too many",
       [](R& r) { r.start.activations.unscaled.zero_in_half = 493; }},
      {"flush-threshold", "a fifth too few",
       [](R& r) { r.published.activations.unscaled.zero_in_half = 328; }},
      {"flush-threshold", "those of the paper's line",
       [](R& r) { r.start.activations.unscaled.zero_in_half = 500; }},
      {"flush-threshold", "nothing to flush",
       [](R& r) { r.start.activations.unscaled.flushed = 0; }},
      {"flush-threshold", "more at most 2^-25 than below 2^-24",
       [](R& r) { r.start.activations.unscaled.below_2_24 = 300; }},
      {"flush-threshold", "no gradient", [](R& r) { r.published.activations.non_zero = 0; }},
  });
}

TEST(LossScalingStatements, ScalingBringsThemBackEverywhere) {
  expect_fails({
      {"scaling-rescues", "weights at the start",
       [](R& r) { r.start.weights.scaled.zero_in_half = 201; }},
      {"scaling-rescues", "weights late",
       [](R& r) { r.published.weights.scaled.zero_in_half = 201; }},
      {"scaling-rescues", "activations at the start",
       [](R& r) { r.start.activations.scaled.zero_in_half = 201; }},
      {"scaling-rescues", "activations late",
       [](R& r) { r.published.activations.scaled.zero_in_half = 201; }},
      {"scaling-rescues", "one infinite gradient",
       [](R& r) { r.start.weights.scaled.non_finite_in_half = 1; }},
      {"scaling-rescues", "a negative count",
       [](R& r) { r.start.weights.scaled.zero_in_half = -1; }},
      {"scaling-rescues", "nothing to bring back",
       [](R& r) { r.start.weights.unscaled.zero_in_half = 0; }},
      {"scaling-rescues", "with and without a scale are swapped",
       [](R& r) { swap_scales(r.published.weights); }},
  });
}

TEST(LossScalingStatements, AMeanOverThePixelsBoundsTheLogits) {
  expect_fails({
      {"logit-bound", "above at the start", [](R& r) { r.start.logits[0].max_abs = 0.2503; }},
      {"logit-bound", "above late", [](R& r) { r.published.logits[0].max_abs = 0.26; }},
      {"logit-bound", "no logits", [](R& r) { r.published.logits.clear(); }},
      {"logit-bound", "no gradient", [](R& r) { r.start.logits[0].max_abs = 0.0; }},
      {"logit-bound", "no bound", [](R& r) { r.start.logits[0].bound = 0.0; }},
      {"logit-bound", "other signs",
       [](R& r) { r.start.logits[0].bound = -0.25, r.start.logits[0].max_abs = -0.2; }},
      {"logit-bound", "the second head of two",
       [](R& r) {
         r.start.logits.push_back({"auxiliary_head.conv_seg", 0.1, 0.2});
       }},
  });
}

}  // namespace
}  // namespace harness
