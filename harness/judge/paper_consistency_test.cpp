#include "harness/judge/paper_consistency.h"

#include <cmath>
#include <functional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/paper_documents.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;

template <Record R>
using Changes = std::vector<std::function<void(R&)>>;

/// Each change alone is seen, and every statement of the experiment fails by it.
template <Record R>
void expect_each_seen(PaperExperiment name, const R& good, const Changes<R>& changes) {
  ASSERT_THAT(inconsistency(good), IsEmpty());
  for (std::size_t i = 0; i < changes.size(); ++i) {
    R record = good;
    changes[i](record);
    EXPECT_THAT(inconsistency(record), testing::Not(IsEmpty())) << "change " << i;
    for (const auto& judged : judge_experiment(document(name, record))) {
      EXPECT_EQ(judged.verdict, Verdict::kFail) << "change " << i << ", " << judged.claim;
      EXPECT_THAT(judged.reason, HasSubstr("contradicts itself"));
    }
  }
}

TEST(PaperConsistency, PartsOfUpdatesAreNoLargerThanTheirWholes) {
  using R = MasterWeightsRecord;
  expect_each_seen<R>(
      PaperExperiment::kMasterWeights, master_weights_record(),
      {[](R& r) { r.constructed.cases -= 1; },
       [](R& r) { r.constructed.weights = r.constructed.cases = 0; },
       [](R& r) { r.constructed.above_lost = r.constructed.cases + 1; },
       [](R& r) { r.constructed.ties_lost = -1; }, [](R& r) { r.start.all_steps.lost = 101; },
       [](R& r) { r.start.all_steps.updates = 101; },
       [](R& r) { r.published.first_step.updates = 11; },
       [](R& r) { r.published.first_step.lost = 61; },
       [](R& r) { r.published.below_2048.lost = 10; },
       [](R& r) {
         r.published.below_2048 = {60, 0};
       },
       [](R& r) {
         r.published.above_4096 = {70, 61};
       },
       [](R& r) { r.published.masters.updates = 90; },
       [](R& r) { r.published.masters.moved = 101; }});
}

TEST(PaperConsistency, LossesAndNormsAreThoseOfATraining) {
  using M = MasterWeightsRecord;
  expect_each_seen<M>(PaperExperiment::kMasterWeights, master_weights_record(),
                      {[](M& r) { r.start.losses[3] = 1e30; },
                       [](M& r) { r.published.losses[9] = kLargestLoss * 1.01; },
                       [](M& r) { r.published.losses[0] = -0.1; }});
  using O = OverflowRecord;
  expect_each_seen<O>(
      PaperExperiment::kOverflow, overflow_record(),
      {[](O& r) { r.row.trace[5].loss = 1e30; }, [](O& r) { r.mmcv_dynamic.trace[9].loss = -1.0; },
       [](O& r) { r.guarded.trace[2].loss = 101.0; }, [](O& r) { r.row.trace[5].grad_norm = 1e30; },
       [](O& r) { r.grad_scaler.trace[9].grad_norm = -1.0; }});
}

TEST(PaperConsistency, ATrainingHasStepsAndALossForEach) {
  using R = MasterWeightsRecord;
  expect_each_seen<R>(
      PaperExperiment::kMasterWeights, master_weights_record(),
      {[](R& r) { r.start.losses.pop_back(); }, [](R& r) { r.start.steps = 0; },
       [](R& r) { r.start.weights = 0; }, [](R& r) { r.published.learning_rate = NAN; },
       [](R& r) { r.published.after.masters_moved = 11; },
       [](R& r) { r.published.after.drifted = 11; }, [](R& r) { r.published.after.stuck = 9; },
       [](R& r) { r.published.after.half_alone_moved = 7; },
       [](R& r) {
         r.published.all_steps.lost = 99;
         r.published.between = r.published.below_2048 = {0, 0};
       }});
}

TEST(PaperConsistency, ExponentsGiveTheGradientsBelowEachBoundary) {
  using R = LossScalingRecord;
  expect_each_seen<R>(
      PaperExperiment::kLossScaling, loss_scaling_record(),
      {[](R& r) { r.start.activations.elements = 999; },
       [](R& r) { r.start.activations.non_zero = 999; },
       [](R& r) { r.start.activations.exponents.pop_back(); },
       [](R& r) { std::swap(r.start.weights.exponents[0], r.start.weights.exponents[1]); },
       [](R& r) { r.start.weights.exponents[3].first = 4; },
       [](R& r) { r.start.weights.max_abs = 0.5; }, [](R& r) { r.start.weights.max_abs = NAN; },
       [](R& r) { r.published.weights.unscaled.flushed = 409; },
       [](R& r) { r.published.weights.unscaled.below_2_24 = 499; },
       [](R& r) { r.published.weights.unscaled.below_2_14 = 701; },
       [](R& r) { r.published.weights.unscaled.zero_in_half = 1001; },
       [](R& r) { r.published.weights.scaled.below_2_14 = 19; },
       [](R& r) { r.published.weights.scaled.non_finite_in_half = 1191; },
       [](R& r) { r.published.logits[0].max_abs = r.published.logits[0].bound = 0.126; },
       [](R& r) { r.published.logits.push_back(r.published.logits[0]); }});
}

TEST(PaperConsistency, ErrorsFollowFromTheirSums) {
  using R = AccumulationRecord;
  expect_each_seen<R>(
      PaperExperiment::kFp32Accumulation, accumulation_record(),
      {[](R& r) { r.dot_products[1].half_error = 0.9; },
       [](R& r) { r.dot_products[1].single_error = 0.0; },
       [](R& r) { r.dot_products[1].single_error = NAN; },
       [](R& r) { r.dot_products[1].half_overflows = true; },
       [](R& r) { r.dot_products[1].exact = 65536.0; }, [](R& r) { r.dot_products[1].length = 16; },
       [](R& r) { r.statistics[2].half_mean = 32.0; },
       [](R& r) { r.statistics[1].half_mean = 2.1; },
       [](R& r) { r.statistics[1] = r.statistics[0]; }, [](R& r) { r.kernels.ones = 0; },
       [](R& r) { r.activations[0].half_off = 61; },
       [](R& r) { r.activations[0].half_worst = 0.01; },
       [](R& r) { r.activations[0].single_worst = 0.02; },
       [](R& r) { r.activations[0].single_off = 1; },
       [](R& r) { r.activations[1].layer = r.activations[0].layer; }});
}

TEST(PaperConsistency, AnErrorThatIsInfiniteHasNoNumber) {
  AccumulationRecord record = accumulation_record();
  record.dot_products[1].half_overflows = true;
  record.dot_products[1].half = record.dot_products[1].half_error = NAN;
  record.activations[0].half_worst = NAN;
  EXPECT_THAT(inconsistency(record), IsEmpty());
}

TEST(PaperConsistency, OverflowsAreTheStepsWithoutAFiniteGradient) {
  using R = OverflowRecord;
  expect_each_seen<R>(
      PaperExperiment::kOverflow, overflow_record(),
      {[](R& r) { r.unguarded.trace[3].grad_norm = 1.5; }, [](R& r) { r.unguarded.overflows = 9; },
       [](R& r) { r.guarded.trace[0].grad_norm = 1.5; },
       [](R& r) { r.row.trace[9].grad_norm = NAN; }, [](R& r) { r.guarded.skipped = 5; },
       [](R& r) { r.guarded.skipped = 11; }, [](R& r) { r.guarded.last_skipped = 4; },
       [](R& r) { r.mmcv_dynamic.last_skipped.reset(); }, [](R& r) { r.unguarded.skipped = 1; },
       [](R& r) { r.unguarded.first_ruined = 1; }, [](R& r) { r.unguarded.ruined = 51; },
       [](R& r) { r.unguarded.first_ruined.reset(); }, [](R& r) { r.guarded.first_ruined = 3; }});
}

TEST(PaperConsistency, ScalesFollowTheirScalersAndTrainingsBeginAlike) {
  using R = OverflowRecord;
  expect_each_seen<R>(
      PaperExperiment::kOverflow, overflow_record(),
      {[](R& r) { r.batches = 0; }, [](R& r) { r.row.steps = 0; },
       [](R& r) { r.row.trace.pop_back(); }, [](R& r) { r.row.trace[4].scale = 256.0; },
       [](R& r) { r.row.trace[4].scale = NAN; },
       [](R& r) { r.grad_scaler.trace[4].scale = r.grad_scaler.trace[3].scale; },
       [](R& r) { r.grad_scaler.trace[9].scale = 1.0; }, [](R& r) { r.row.weights = 49; },
       [](R& r) {
         for (auto& step : r.guarded.trace) step.scale = 512.0;
       },
       [](R& r) { r.row.trace[0].loss = 2.9; }});
}

}  // namespace
}  // namespace harness
