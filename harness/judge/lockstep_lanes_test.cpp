#include "harness/judge/lockstep_lanes.h"

#include <cmath>
#include <functional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/lockstep_records.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Change = std::function<void(LockstepRecord&)>;

constexpr double LockstepDistance::*kLanes[] = {&LockstepDistance::policy, &LockstepDistance::twin,
                                                &LockstepDistance::fp32,
                                                &LockstepDistance::fp32_twin};

LockstepRecord with_skips() {
  SampleLockstep lockstep;
  lockstep.add(2048.0, true);
  lockstep.add(1024.0);
  lockstep.add(1024.0, true);
  for (int i = 0; i < 4; ++i) lockstep.add(512.0);
  return lockstep.record;
}

std::string defect_after(LockstepRecord record, const Change& change) {
  change(record);
  return lane_defect(record);
}

TEST(LockstepLanes, TrainingsThatFollowTheirGradientsAgree) {
  EXPECT_THAT(lane_defect(lockstep_record()), IsEmpty());
  EXPECT_THAT(lane_defect(with_skips()), IsEmpty());
  EXPECT_THAT(lane_defect({}), IsEmpty());
}

TEST(LockstepLanes, WeightsLieWhereTheirGradientsLeadThem) {
  for (const auto lane : kLanes) {
    for (const double factor : {0.0, 0.02, 50.0}) {
      const Change change = [&](LockstepRecord& record) {
        for (auto& step : record.series) {
          // What only storing the weights leads to stays.
          step.distance.weights.*lane = step.distance.weights.*lane * factor;
          step.distance.weights.worst.ratio = 100.0;
          step.distance.update.*lane *= 1e-3;
        }
      };
      EXPECT_THAT(defect_after(lockstep_record(), change), HasSubstr("weights lie")) << factor;
    }
  }
}

TEST(LockstepLanes, AllBeginWithOneLoss) {
  for (const auto lane : {&LockstepLosses::policy, &LockstepLosses::twin, &LockstepLosses::fp32,
                          &LockstepLosses::fp32_twin}) {
    const bool is_half = lane == &LockstepLosses::policy || lane == &LockstepLosses::twin;
    const auto move = [&](double share, std::size_t step) {
      const Change change = [&](LockstepRecord& record) {
        record.series[step].loss.*lane = record.series[step].loss.fp64 * (1.0 + share);
      };
      return defect_after(lockstep_record(), change);
    };
    const double most = std::ldexp(1.0, is_half ? -1 : -14);
    EXPECT_THAT(move(0.9 * most, 0), IsEmpty());
    EXPECT_THAT(move(1.1 * most, 0), HasSubstr("begins with a loss"));
    EXPECT_THAT(move(1.1 * most, 1), IsEmpty());
  }
}

TEST(LockstepLanes, StoringWeightsLeadsAllEquallyFar) {
  for (const auto lane : kLanes) {
    for (const double factor : {8.0, 1.0 / 8.0}) {
      const Change change = [&](LockstepRecord& record) {
        LockstepDistance& update = record.series[3].distance.update;
        update.*lane *= factor;
        update.worst.ratio = 100.0;
      };
      EXPECT_THAT(defect_after(lockstep_record(), change), HasSubstr("storing")) << factor;
    }
  }
}

TEST(LockstepLanes, GradientsThatMoveNoWeightsContradictThem) {
  for (const auto lane : kLanes) {
    const Change change = [&](LockstepRecord& record) {
      for (std::size_t i = 3; i < record.series.size(); ++i) {
        record.series[i].distance.gradient.*lane = 0.4;
        record.series[i].distance.gradient.worst.ratio = 100.0;
      }
    };
    EXPECT_THAT(defect_after(lockstep_record(), change), HasSubstr("step 3")) << lane;
    const Change from_the_first = [&](LockstepRecord& record) {
      for (auto& step : record.series) step.lr *= 1e-6;
    };
    EXPECT_THAT(defect_after(lockstep_record(), from_the_first), HasSubstr("step 0"));
  }
}

TEST(LockstepLanes, WhatIsMissingIsLeftToTheClaimAndBoundsNothingMore) {
  for (const auto lane : kLanes) {
    LockstepRecord record = lockstep_record();
    record.series[5].distance.weights.*lane = kNotMeasured;
    EXPECT_THAT(lane_defect(record), IsEmpty());
  }
}

TEST(LockstepLanes, NoGradientIsNearerThanItsDigitsLeaveIt) {
  for (const auto lane : kLanes) {
    const bool is_half = lane == kLanes[0] || lane == kLanes[1];
    const double least = std::ldexp(1.0, is_half ? -13 : -26);
    const auto with = [&](double gradient) {
      SampleLockstep lockstep;
      lockstep.add();
      lockstep.record.series[0].distance.gradient.*lane = gradient;
      lockstep.record.series[0].distance.gradient.worst.ratio = 100.0;
      lockstep.record.series[0].distance.weights.worst.ratio = 1000.0;
      lockstep.record.series[0].distance.weights.*lane = gradient * lockstep.record.series[0].lr;
      return lane_defect(lockstep.record);
    };
    EXPECT_THAT(with(1.01 * least), IsEmpty());
    EXPECT_THAT(with(0.99 * least), HasSubstr("leave at least"));
  }
}

TEST(LockstepLanes, TheWorstTensorIsNoBetterThanAllTogether) {
  for (const auto part : {&LockstepDistances::gradient, &LockstepDistances::weights,
                          &LockstepDistances::update, &LockstepDistances::statistics}) {
    LockstepRecord record = lockstep_record();
    LockstepDistance& last = record.series.back().distance.*part;
    const double least = last.policy / (last.twin + std::ldexp(last.norm, -11));
    last.worst.ratio = 1.01 * least;
    EXPECT_THAT(lane_defect(record), IsEmpty());
    last.worst.ratio = 0.99 * least;
    EXPECT_THAT(lane_defect(record), HasSubstr("the worst of them"));
  }
}

TEST(LockstepLanes, ASkippedStepMovesNoWeights) {
  for (const std::size_t skipped : {0, 2}) {
    for (const auto part : {&LockstepDistances::weights, &LockstepDistances::update}) {
      for (const auto lane : kLanes) {
        LockstepRecord record = with_skips();
        (record.series[skipped].distance.*part).*lane += 1e-7;
        (record.series[skipped].distance.*part).worst.ratio = 2.0;
        EXPECT_THAT(lane_defect(record), HasSubstr("was skipped")) << skipped;
      }
    }
  }
}

TEST(LockstepLanes, FiveTrainingsAreFive) {
  const std::vector<std::pair<const char*, Change>> kinds = {
      {"FP32 in half's place",
       [](auto& record) {
         for (auto& step : record.series) {
           step.distance.statistics.policy = step.distance.statistics.fp32;
         }
       }},
      {"one twin twice",
       [](auto& record) {
         record.series[1].distance.update.fp32_twin = record.series[1].distance.update.twin;
       }},
      {"half's loss is FP64's",
       [](auto& record) { record.series[2].loss.policy = record.series[2].loss.fp64; }},
      {"FP32's loss is FP64's",
       [](auto& record) { record.series[2].loss.fp32 = record.series[2].loss.fp64; }},
      {"two lengths of one way",
       [](auto& record) { record.series[2].distance.update.norm *= 1.5; }},
      {"no gradient", [](auto& record) { record.series[1].distance.gradient.norm = NAN; }},
  };
  for (const auto& [name, change] : kinds) {
    EXPECT_FALSE(defect_after(lockstep_record(), change).empty()) << name;
  }
}

}  // namespace
}  // namespace harness
