#include "harness/paper/overflow.h"

#include <cmath>
#include <optional>

#include <gtest/gtest.h>

#include "harness/testing/paper_row.h"

namespace harness {
namespace {

// The gradient of the only weight is the scale itself, and 2^16 is infinite in half: from 2^24 a
// dynamic scale falls for 9 steps and stays at 2^15.
TEST(Overflow, ADynamicScaleFallsTo2ToThe15AndAnUncheckedOneRuinsTheWeight) {
  ExperimentRow row = weights_row(torch::tensor({1.0F}), torch::ones({1}));
  row.learning_rate = [](double) { return 0.01; };
  const auto outcome = overflow_experiment(row);
  const OverflowRecord& record = outcome.measured;
  EXPECT_EQ(record.batches, 1);
  for (const auto* run : {&record.mmcv_dynamic, &record.grad_scaler}) {
    ASSERT_EQ(run->trace.size(), 24u);
    EXPECT_EQ(run->steps, 24);
    EXPECT_EQ(run->overflows, 9);
    EXPECT_EQ(run->skipped, 9);
    EXPECT_EQ(run->last_skipped, 8);
    EXPECT_EQ(run->trace[0].scale, 0x1p24);
    EXPECT_EQ(run->trace[8].scale, 0x1p16);
    EXPECT_EQ(run->trace[9].scale, 0x1p15);
    EXPECT_EQ(run->trace[15].scale, 0x1p15);
    EXPECT_EQ(run->ruined, 0);
    EXPECT_EQ(run->first_ruined, std::nullopt);
    EXPECT_LT(run->trace[15].loss, 0.95);
  }
  EXPECT_EQ(record.unguarded.first_ruined, 0);
  EXPECT_EQ(record.unguarded.ruined, 1);
  EXPECT_EQ(record.unguarded.skipped, 0);
  EXPECT_TRUE(std::isfinite(record.unguarded.trace[0].loss));
  for (std::size_t i = 1; i < 8; ++i) EXPECT_FALSE(std::isfinite(record.unguarded.trace[i].loss));
  EXPECT_EQ(record.guarded.skipped, 8);
  EXPECT_EQ(record.guarded.last_skipped, 7);
  EXPECT_EQ(record.guarded.ruined, 0);
  EXPECT_EQ(record.row.overflows, 0);
  EXPECT_EQ(record.row.last_skipped, std::nullopt);
  EXPECT_EQ(record.row.weights, 1);
  EXPECT_EQ(outcome.settings.scale, 0x1p24);
  EXPECT_EQ(outcome.charts.size(), 2u);
}

// A gradient of 2^-10 times 2^24 is 2^14, which half holds.
TEST(Overflow, AScaleIsNotTooLargeForGradientsThatAreSmall) {
  ExperimentRow row = weights_row(torch::tensor({1.0F}), torch::full({1}, 0x1p-10F));
  const auto record = overflow_experiment(row).measured;
  for (const auto* run : {&record.mmcv_dynamic, &record.grad_scaler, &record.unguarded,
                          &record.guarded, &record.row}) {
    EXPECT_EQ(run->overflows, 0);
    EXPECT_EQ(run->skipped, 0);
    EXPECT_EQ(run->ruined, 0);
  }
}

}  // namespace
}  // namespace harness
