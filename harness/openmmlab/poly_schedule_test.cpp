#include "harness/openmmlab/poly_schedule.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(PolySchedule, IsThatOfTheZoosRows) {
  const PolySchedule schedule;
  EXPECT_DOUBLE_EQ(schedule.at(0), 0.01);
  EXPECT_NEAR(schedule.at(49), 0.0099945425, 5e-11);
  EXPECT_NEAR(schedule.at(7999), 0.0091044851, 5e-11);
  EXPECT_NEAR(schedule.at(39999), 0.0054053980, 5e-11);
  EXPECT_NEAR(schedule.at(79999), 1.003827e-4, 5e-11);
}

TEST(PolySchedule, EndsAtItsMinimum) {
  const PolySchedule schedule{.base_lr = 0.05, .power = 0.9, .min_lr = 1e-4, .iterations = 600};
  EXPECT_GT(schedule.at(599), 1e-4);
  EXPECT_DOUBLE_EQ(schedule.at(600), 1e-4);
  EXPECT_DOUBLE_EQ(schedule.at(601), 1e-4);
}

}  // namespace
}  // namespace harness
