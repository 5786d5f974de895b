#include "harness/paper/master_weights.h"

#include <gtest/gtest.h>

#include "harness/testing/paper_row.h"

namespace harness {
namespace {

// Every update is 2^-12. At 1 and 1.5 that is at most half of the distance to the half below (2^-11
// and 2^-10): lost each time. At 0.25 the distance is 2^-13: never lost. After ten steps the
// masters have moved by 10 * 2^-12, in halves 5, 2 and 20 places.
TEST(MasterWeights, CountsWhatAnUpdateOf2ToMinus12DoesToThreeWeights) {
  const ExperimentRow row =
      weights_row(torch::tensor({1.0F, 1.5F, 0.25F}), torch::full({3}, 0x1p-12F));
  const ExperimentRecord record = master_weights_experiment(row);
  for (const auto* name : {"start", "published"}) {
    const Json& phase = record.measurements.at(name);
    EXPECT_EQ(phase.at("weights"), 3);
    EXPECT_EQ(phase.at("first_step"), Json({{"updates", 3}, {"lost", 2}, {"share", 2.0 / 3.0}}));
    EXPECT_EQ(phase.at("all_steps"), Json({{"updates", 30}, {"lost", 20}, {"share", 2.0 / 3.0}}));
    EXPECT_EQ(phase.at("below_2048").at("updates"), 10);  // 1024 times smaller than 0.25.
    EXPECT_EQ(phase.at("below_2048").at("lost"), 0);
    EXPECT_EQ(phase.at("above_4096").at("updates"), 20);
    EXPECT_EQ(phase.at("above_4096").at("lost"), 20);
    EXPECT_EQ(phase.at("masters").at("moved"), 30);
    EXPECT_EQ(phase.at("after").at("drifted"), 3);
    EXPECT_EQ(phase.at("after").at("stuck"), 2);
    EXPECT_EQ(phase.at("after").at("masters_moved"), 1.0);
    EXPECT_EQ(phase.at("after").at("half_alone_moved"), 1.0 / 3.0);
    EXPECT_EQ(phase.at("losses").size(), 10u);
  }
  EXPECT_EQ(record.charts.size(), 4u);
}

TEST(MasterWeights, NothingIsLostWhereUpdatesAreLarge) {
  const ExperimentRow row = weights_row(torch::tensor({1.0F}), torch::full({1}, 0x1p-6F));
  const Json phase = master_weights_experiment(row).measurements.at("published");
  EXPECT_EQ(phase.at("all_steps").at("lost"), 0);
  EXPECT_EQ(phase.at("after").at("stuck"), 0);
  EXPECT_EQ(phase.at("after").at("stuck_share"), 0.0);
}

}  // namespace
}  // namespace harness
