#include "harness/record/paper_records.h"

#include <cmath>

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(PaperRecords, AShareIsOfAWholeThatIsThereAndNoMoreThanIt) {
  EXPECT_EQ(share_of(1, 4), 0.25);
  EXPECT_EQ(share_of(0, 4), 0.0);
  EXPECT_EQ(share_of(4, 4), 1.0);
  EXPECT_TRUE(std::isnan(share_of(0, 0)));
  EXPECT_TRUE(std::isnan(share_of(5, 4)));
  EXPECT_TRUE(std::isnan(share_of(-1, 4)));
  EXPECT_TRUE(std::isnan(share_of(-1, -4)));
}

/// A record whose every number was given no value but the one it begins with.
template <Record R>
void expect_goes_through_json() {
  const Json json = parse_json(record_to_json(R{}).dump(), "f");
  EXPECT_EQ(record_to_json(record_from_json<R>(json, "f")), json);
}

TEST(PaperRecords, GoThroughJsonUnchanged) {
  expect_goes_through_json<MasterWeightsRecord>();
  expect_goes_through_json<LossScalingRecord>();
  expect_goes_through_json<AccumulationRecord>();
  expect_goes_through_json<OverflowRecord>();
  expect_goes_through_json<ExperimentSettings<MasterWeightsSettings>>();
  expect_goes_through_json<ExperimentSettings<LossScalingSettings>>();
  expect_goes_through_json<ExperimentSettings<AccumulationSettings>>();
  expect_goes_through_json<ExperimentSettings<OverflowSettings>>();
}

TEST(PaperRecords, WhatIsNotMeasuredIsNullAndNotZero) {
  const Json step = record_to_json(ScaledStep{});
  EXPECT_TRUE(step.at("loss").is_null());
  EXPECT_TRUE(std::isnan(record_from_json<ScaledStep>(step, "f").loss));
  EXPECT_TRUE(record_to_json(DotProductRecord{}).at("half_error").is_null());
  EXPECT_TRUE(record_to_json(ScaledTraining{}).at("first_ruined").is_null());
}

TEST(PaperRecords, ExponentsArePairs) {
  GradientCensus census;
  census.exponents = {{-26, 1}, {0, 3}};
  EXPECT_EQ(record_to_json(census).at("exponents"), Json::parse("[[-26, 1], [0, 3]]"));
}

}  // namespace
}  // namespace harness
