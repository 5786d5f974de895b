#include "harness/paper/master_weights.h"

#include <array>

#include <gtest/gtest.h>

#include "harness/testing/paper_row.h"

namespace harness {
namespace {

void expect_updates(const LostUpdates& found, std::int64_t updates, std::int64_t lost) {
  EXPECT_EQ(found.updates, updates);
  EXPECT_EQ(found.lost, lost);
}

// Every update is 2^-12. At 1 and 1.5 that is at most half of the distance to the half below (2^-11
// and 2^-10): lost each time. At 0.25 the distance is 2^-13: never lost. After ten steps the
// masters have moved by 10 * 2^-12, in halves 5, 2 and 20 places.
TEST(MasterWeights, CountsWhatAnUpdateOf2ToMinus12DoesToThreeWeights) {
  const ExperimentRow row =
      weights_row(torch::tensor({1.0F, 1.5F, 0.25F}), torch::full({3}, 0x1p-12F));
  const auto outcome = master_weights_experiment(row);
  for (const auto* phase : {&outcome.measured.start, &outcome.measured.published}) {
    EXPECT_EQ(phase->weights, 3);
    EXPECT_EQ(phase->steps, 10);
    expect_updates(phase->first_step, 3, 2);
    expect_updates(phase->all_steps, 30, 20);
    expect_updates(phase->below_2048, 10, 0);  // 1024 times smaller than 0.25.
    expect_updates(phase->between, 0, 0);
    expect_updates(phase->above_4096, 20, 20);
    EXPECT_EQ(phase->masters.updates, 30);
    EXPECT_EQ(phase->masters.moved, 30);
    EXPECT_EQ(phase->after.drifted, 3);
    EXPECT_EQ(phase->after.stuck, 2);
    EXPECT_EQ(phase->after.masters_moved, 3);
    EXPECT_EQ(phase->after.half_alone_moved, 1);
    EXPECT_EQ(phase->losses.size(), 10u);
  }
  EXPECT_EQ(outcome.charts.size(), 4u);
  EXPECT_EQ(outcome.settings.steps, 10);
  EXPECT_EQ(outcome.settings.part_of_training_published, 0.9);
}

/// One weight, ten updates of one size.
struct OneWeight {
  const char* what;
  float weight;
  float update;
  std::int64_t lost;   ///< Of ten updates in half alone.
  std::int64_t stuck;  ///< Whether half alone never moved while the master, rounded, did.
};

// Each update is subtracted. Below 1 halves are 2^-11 apart: an update of at most 2^-12 is a tie or
// less and 1 is even, so it stays; ten of them move a master by up to 10 * 2^-12, which rounds to
// another half.
TEST(MasterWeights, AnUpdateOfHalfAnUlpVanishesInHalfAndNotInAMaster) {
  const auto cases = std::to_array<OneWeight>({
      {"an ulp moves it", 1.0F, 0x1p-11F, 0, 0},
      {"a little more than half an ulp moves it", 1.0F, 0x1.004p-12F, 0, 0},
      {"half an ulp is a tie, and 1 is even", 1.0F, 0x1p-12F, 10, 1},
      {"a tie from an odd weight moves it once", 1.0F - 0x1p-11F, 0x1p-12F, 9, 0},
      {"a quarter of an ulp", 1.0F, 0x1p-13F, 10, 1},
      {"so little that ten do not move the master's half either", 1.0F, 0x1p-16F, 10, 0},
      {"upwards the distance is twice as large", 1.0F, -0x1p-11F, 10, 1},
      {"upwards by more than that", 1.0F, -0x1.004p-11F, 0, 0},
  });
  for (const auto& [what, weight, update, lost, stuck] : cases) {
    const ExperimentRow row = weights_row(torch::tensor({weight}), torch::full({1}, update));
    const auto phase = master_weights_experiment(row).measured.start;
    EXPECT_EQ(phase.all_steps.lost, lost) << what;
    EXPECT_EQ(phase.after.stuck, stuck) << what;
    EXPECT_EQ(phase.masters.moved, 10) << what;
    EXPECT_EQ(phase.after.masters_moved, 1) << what;
  }
}

// Below 1 floats are 2^-24 apart: what is less than half of that moves no master either. That it
// began beside its half is no movement.
TEST(MasterWeights, AMasterThatStandsStillIsNotCountedAsMoved) {
  const ExperimentRow row =
      weights_row(torch::tensor({1.0F - 0x1p-24F}), torch::full({1}, 0x1p-27F));
  const auto phase = master_weights_experiment(row).measured.start;
  EXPECT_EQ(phase.masters.updates, 10);
  EXPECT_EQ(phase.masters.moved, 0);
  EXPECT_EQ(phase.after.masters_moved, 0);
}

TEST(MasterWeights, NothingIsLostWhereUpdatesAreLarge) {
  const ExperimentRow row = weights_row(torch::tensor({1.0F}), torch::full({1}, 0x1p-6F));
  const auto phase = master_weights_experiment(row).measured.published;
  EXPECT_EQ(phase.all_steps.lost, 0);
  EXPECT_EQ(phase.after.stuck, 0);
  EXPECT_EQ(phase.after.drifted, 1);
}

}  // namespace
}  // namespace harness
