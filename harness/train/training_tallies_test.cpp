#include "harness/train/training_tallies.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace harness {
namespace {

Iteration step(std::int64_t number, double scale, double loss, bool skipped = false) {
  Iteration iteration;
  iteration.step.step = number;
  iteration.step.scale = scale;
  iteration.step.loss = loss;
  iteration.step.skipped = iteration.step.overflow = skipped;
  iteration.seconds = 0.5;
  return iteration;
}

TEST(TrainingTallies, CountWhatHappenedThroughAStop) {
  TrainingTallies before;
  before.add(step(0, 1024, 3.0));
  before.add(step(1, 1024, 2.0, true));
  TrainingTallies after;
  after.restore(parse_json(before.state().dump(), "state"));
  after.add(step(2, 512, std::nan("")));
  after.add_validation(3, {{"miou", 50.0}, {"macc", 60.0}, {"aacc", 80.0}});
  after.add_validation(6, {{"miou", 40.0}, {"macc", 60.0}, {"aacc", 80.0}});
  after.see_peak(7);
  after.see_peak(5);
  const TrainingRecord record = after.record();
  EXPECT_EQ(record.steps, 3);
  EXPECT_EQ(record.skipped, 1);
  EXPECT_EQ(record.skipped_steps, std::vector<std::int64_t>{1});
  EXPECT_EQ(record.non_finite_steps, 1);
  EXPECT_EQ(record.applied_non_finite_steps, 1);
  EXPECT_EQ(record.first_non_finite_step, 2);
  EXPECT_EQ(record.scale.first, 1024.0);
  EXPECT_EQ(record.scale.min, 512.0);
  ASSERT_EQ(record.scale.changes.size(), 1U);
  EXPECT_EQ(record.scale.changes[0].step, 2);
  EXPECT_EQ(record.scale.changes[0].scale, 512.0);
  EXPECT_EQ(record.loss.first, 3.0);
  EXPECT_TRUE(std::isnan(record.loss.last));
  EXPECT_EQ(record.iterations_per_second, 2.0);
  EXPECT_EQ(record.miou, 40.0);
  EXPECT_EQ(record.best_miou, 50.0);
  EXPECT_EQ(record.peak_bytes, 7);
}

TEST(TrainingTallies, ASkippedStepIsNotAnAppliedOne) {
  TrainingTallies tallies;
  tallies.add(step(0, 1024, std::nan(""), true));
  tallies.add(step(1, 512, 2.0));
  const TrainingRecord record = tallies.record();
  EXPECT_EQ(record.non_finite_steps, 1);
  EXPECT_EQ(record.applied_non_finite_steps, 0);
}

TEST(TrainingTallies, ListsEndBeforeTheyFillTheRecord) {
  TrainingTallies tallies;
  const auto most = static_cast<std::int64_t>(TrainingRecord::kMostSteps);
  for (std::int64_t i = 0; i < most + 5; ++i) {
    tallies.add(step(i, i % 2 == 0 ? 512 : 256, 1.0, true));
  }
  EXPECT_EQ(tallies.record().skipped, most + 5);
  EXPECT_EQ(tallies.record().skipped_steps.size(), TrainingRecord::kMostSteps);
  EXPECT_EQ(tallies.record().scale.changes.size(), TrainingRecord::kMostSteps);
}

TEST(TrainingTallies, CountGradientsThatHalfCannotHoldInFull) {
  TrainingTallies tallies;
  const NamedTensors named = {{"w", torch::tensor({0.0F, 1.0F, 0x1p-15F, -0x1p-14F, -0x1p-20F})}};
  tallies.add_gradients({named[0].second, named, 512.0});
  const GradientsRecord gradients = tallies.record().gradients;
  EXPECT_EQ(gradients.looked_at, 5);
  EXPECT_EQ(gradients.zeros, 1);
  EXPECT_EQ(gradients.half_subnormals, 2);
}

TEST(TrainingTallies, ATrainingOfNothingHasNoNumbers) {
  const TrainingRecord record = TrainingTallies().record();
  EXPECT_TRUE(std::isnan(record.miou));
  EXPECT_TRUE(std::isnan(record.iterations_per_second));
  EXPECT_FALSE(record.first_non_finite_step);
}

}  // namespace
}  // namespace harness
