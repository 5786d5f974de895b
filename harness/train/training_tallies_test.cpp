#include "harness/train/training_tallies.h"

#include <cmath>

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
  const Json record = after.record();
  EXPECT_EQ(record.at("steps"), 3);
  EXPECT_EQ(record.at("skipped"), 1);
  EXPECT_EQ(record.at("non_finite_steps"), 1);
  EXPECT_EQ(record.at("first_non_finite_step"), 2);
  EXPECT_EQ(record.at("scale").at("first"), 1024.0);
  EXPECT_EQ(record.at("scale").at("min"), 512.0);
  EXPECT_EQ(record.at("scale").at("changes"), Json::parse("[[2, 512.0]]"));
  EXPECT_EQ(record.at("loss").at("first"), 3.0);
  EXPECT_TRUE(record.at("loss").at("last").is_null());
  EXPECT_EQ(record.at("iterations_per_second"), 2.0);
  EXPECT_EQ(record.at("miou"), 40.0);
  EXPECT_EQ(record.at("best_miou"), 50.0);
  EXPECT_EQ(record.at("peak_bytes"), 7);
}

TEST(TrainingTallies, CountGradientsThatHalfCannotHoldInFull) {
  TrainingTallies tallies;
  const NamedTensors named = {{"w", torch::tensor({0.0F, 1.0F, 0x1p-15F, -0x1p-14F, -0x1p-20F})}};
  tallies.add_gradients({named[0].second, named, 512.0});
  const Json record = tallies.record();
  EXPECT_EQ(record.at("gradients"), (Json{{"looked_at", 5}, {"zeros", 1}, {"half_subnormals", 2}}));
}

TEST(TrainingTallies, ATrainingOfNothingHasNoNumbers) {
  const Json record = TrainingTallies().record();
  EXPECT_TRUE(record.at("miou").is_null());
  EXPECT_TRUE(record.at("iterations_per_second").is_null());
  EXPECT_TRUE(record.at("first_non_finite_step").is_null());
}

}  // namespace
}  // namespace harness
