#include "harness/judge/rules/retrained/lockstep_recipe.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/lockstep_records.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

ExpectedTraining expected_one() {
  ExpectedTraining expected;
  expected.scaler = ScalerOptions::defaults(ScalerType::kStatic);
  expected.lr = 0.05;
  expected.iterations = 600;
  expected.states_iterations = true;
  expected.parameters = 1000;
  return expected;
}

std::string other(const LockstepRecord& record, const ExpectedTraining& expected,
                  std::vector<std::string> argv = {}) {
  RunResult result;
  result.argv = std::move(argv);
  return other_lockstep(result, record, expected);
}

TEST(LockstepRecipe, AWholeLockstepIsOne) {
  EXPECT_THAT(other(lockstep_record(), expected_one()), IsEmpty());
  EXPECT_THAT(other(lockstep_record(5), expected_one(), {"run", "--iters", "5"}), IsEmpty());
  EXPECT_THAT(other(lockstep_record(40), expected_one(), {"run", "--iters=40"}), IsEmpty());
}

TEST(LockstepRecipe, TheWorstTensorIsOneOfItsPart) {
  ExpectedTraining expected = expected_one();
  expected.trained = {"backbone.stem.0.weight"};
  expected.statistics = {"backbone.stem.1.running_mean"};
  EXPECT_THAT(other(lockstep_record(), expected), IsEmpty());
  for (const char* name : {"", "backbone.stem.0", "backbone.stem.1.running_mean"}) {
    LockstepRecord record = lockstep_record();
    record.series[3].distance.update.worst.tensor = name;
    EXPECT_THAT(other(record, expected), HasSubstr("step 3: the worst tensor of the update"));
  }
  LockstepRecord record = lockstep_record();
  record.series[5].distance.statistics.worst.tensor = "backbone.stem.0.weight";
  EXPECT_THAT(other(record, expected), HasSubstr("step 5: the worst tensor of the statistics"));
  // Nobody knows the network of a checkpoint that was not read.
  EXPECT_THAT(other(record, expected_one()), IsEmpty());
}

TEST(LockstepRecipe, AnotherLengthThanTheJobAskedForIsNone) {
  for (const std::int64_t steps : {0, 3, 11, 13}) {
    EXPECT_THAT(other(lockstep_record(steps), expected_one()), HasSubstr("expected 12 steps"));
  }
  EXPECT_THAT(other(lockstep_record(12), expected_one(), {"--iters", "40"}),
              HasSubstr("expected 40 steps, it made 12"));
  ExpectedTraining brief = expected_one();
  brief.iterations = 8;
  brief.lr = 1.0;
  EXPECT_THAT(other(lockstep_record(7), brief), HasSubstr("or 8 in all"));
  EXPECT_THAT(other(lockstep_record(8), brief), HasSubstr("learning rate")) << "the length fits";
}

TEST(LockstepRecipe, AScaleThatComesDownMayTakeAsManyMore) {
  ExpectedTraining expected = expected_one();
  expected.scaler = ScalerOptions::defaults(ScalerType::kMmcvDynamic);
  expected.scaler.init_scale = 2048.0;
  SampleLockstep lockstep;
  lockstep.record.scaler = "mmcv-dynamic";
  lockstep.add(2048.0, true);
  lockstep.add(1024.0, true);
  for (int i = 0; i < 11; ++i) lockstep.add(512.0);
  EXPECT_THAT(other(lockstep.record, expected), HasSubstr("it made 13, 11 not skipped"));
  lockstep.add(512.0);
  EXPECT_THAT(other(lockstep.record, expected), IsEmpty());
  lockstep.add(512.0);
  EXPECT_THAT(other(lockstep.record, expected), HasSubstr("13 not skipped"));
  SampleLockstep none;
  for (int i = 0; i < 23; ++i) none.add(std::max(std::ldexp(2048.0, -i), 1.0), true);
  EXPECT_THAT(other(none.record, expected), IsEmpty()) << "2^11 comes down in 11 steps";
}

TEST(LockstepRecipe, TheRateIsTheSchedulesInEveryStep) {
  for (const std::size_t step : {0, 4, 11}) {
    LockstepRecord record = lockstep_record();
    record.series[step].lr *= 1.0 + 1e-6;
    EXPECT_THAT(other(record, expected_one()), HasSubstr("learning rate"));
    record.series[step].lr = kNotMeasured;
    EXPECT_THAT(other(record, expected_one()), HasSubstr("learning rate"));
  }
}

TEST(LockstepRecipe, TheScaleFollowsFromTheOverflows) {
  ExpectedTraining expected = expected_one();
  expected.scaler = ScalerOptions::defaults(ScalerType::kGradScaler);
  expected.scaler.growth_interval = 3;
  const auto with = [&](const std::vector<std::pair<double, bool>>& steps) {
    SampleLockstep lockstep;
    for (const auto& [scale, overflow] : steps) lockstep.add(scale, overflow);
    return other(lockstep.record, expected, {"--iters", std::to_string(steps.size())});
  };
  EXPECT_THAT(with({{65536, true}, {32768, false}, {32768, false}, {32768, false}, {65536, true}}),
              IsEmpty());
  EXPECT_THAT(with({{65536, true}, {65536, false}}), HasSubstr("expected the scale 32768"));
  EXPECT_THAT(with({{65536, false}, {32768, false}}), HasSubstr("expected the scale 65536"));
  EXPECT_THAT(with({{32768, false}}), HasSubstr("expected the scale 65536"));
  EXPECT_THAT(with({{kNotMeasured, false}}), HasSubstr("expected the scale 65536"));
}

TEST(LockstepRecipe, AScalerThatDoesNotLookSkipsNothing) {
  SampleLockstep lockstep;
  for (int i = 0; i < 12; ++i) lockstep.add(512.0, i == 4);
  EXPECT_THAT(other(lockstep.record, expected_one()), IsEmpty());
  ExpectedTraining blind = expected_one();
  blind.skips_overflows = false;
  EXPECT_THAT(other(lockstep.record, blind), HasSubstr("step 4 was skipped by a scaler"));
}

TEST(LockstepRecipe, ItsLossesAreThoseOfADrawnNetwork) {
  const auto with = [](std::size_t step, double loss) {
    ExpectedTraining expected = expected_one();
    expected.chance_loss = 2.0;
    LockstepRecord record = lockstep_record();
    record.series[step].loss.fp64 = loss;
    return other(record, expected);
  };
  EXPECT_THAT(with(0, 7.9), IsEmpty());
  EXPECT_THAT(with(0, 8.1), HasSubstr("in step 0"));
  EXPECT_THAT(with(1, 199.0), IsEmpty());
  EXPECT_THAT(with(1, 1002.0), HasSubstr("FP64's loss is 1002 in step 1"));
  EXPECT_THAT(with(2, 0.0), HasSubstr("in step 2"));
}

TEST(LockstepRecipe, ItsGradientsAreThoseOfTheWholeModel) {
  LockstepRecord record = lockstep_record();
  for (auto& step : record.series) step.gradients = {1, 0, 0, 0};
  EXPECT_THAT(other(record, expected_one()), HasSubstr("1,000 parameters"));
  ExpectedTraining unknown = expected_one();
  unknown.parameters = 0;
  EXPECT_THAT(other(record, unknown), IsEmpty());
}

}  // namespace
}  // namespace harness
