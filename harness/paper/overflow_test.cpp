#include "harness/paper/overflow.h"

#include <gtest/gtest.h>

#include "harness/testing/paper_row.h"

namespace harness {
namespace {

// The gradient of the only weight is the scale itself, and 2^16 is infinite in half: from 2^24 a
// dynamic scale falls for 9 steps and stays at 2^15.
TEST(Overflow, ADynamicScaleFallsTo2ToThe15AndAnUncheckedOneRuinsTheWeight) {
  ExperimentRow row = weights_row(torch::tensor({1.0F}), torch::ones({1}));
  row.learning_rate = [](double) { return 0.01; };
  const Json runs = overflow_experiment(row).measurements.at("runs");
  for (const auto* name : {"mmcv-dynamic", "grad-scaler"}) {
    const Json& run = runs.at(name);
    EXPECT_EQ(run.at("skipped"), 9) << name;
    EXPECT_EQ(run.at("last_skipped"), 8) << name;
    EXPECT_EQ(run.at("trace").at(8).at("scale"), 0x1p16) << name;
    EXPECT_EQ(run.at("trace").at(9).at("scale"), 0x1p15) << name;
    EXPECT_EQ(run.at("trace").at(15).at("scale"), 0x1p15) << name;
    EXPECT_EQ(run.at("ruined"), 0) << name;
    EXPECT_LT(run.at("trace").at(15).at("loss").get<double>(), 0.95) << name;
  }
  EXPECT_EQ(runs.at("unguarded").at("first_ruined"), 0);
  EXPECT_EQ(runs.at("unguarded").at("ruined"), 1);
  EXPECT_TRUE(runs.at("unguarded").at("trace").at(1).at("loss").is_null());
  EXPECT_EQ(runs.at("guarded").at("skipped"), 8);
  EXPECT_EQ(runs.at("guarded").at("ruined"), 0);
  EXPECT_EQ(runs.at("row").at("overflows"), 0);
  EXPECT_EQ(runs.at("row").at("weights"), 1);
}

}  // namespace
}  // namespace harness
