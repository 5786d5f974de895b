#include "harness/judge/rules/retrained/lockstep_series.h"

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/lockstep_records.h"
#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::HasSubstr;
using Series = std::vector<LockstepStep>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The policy as far as its twin, FP32 2^-13 of it.
LockstepDistance part(double twin) {
  return {1.0, twin, twin, twin / 8192, twin / 8192, {"backbone.stem.0.weight", 1.0}};
}

LockstepStep step(std::int64_t number) {
  const double sign = number % 2 == 0 ? 1.0 : -1.0;
  LockstepStep step;
  step.step = number;
  step.lr = 0.05;
  step.scale = 512.0;
  const double loss = 2.0 - 0.01 * static_cast<double>(number);
  step.loss = {loss, loss + sign * 1e-4, loss - sign * 1e-4, loss + 1e-8, loss + 1e-8};
  step.gradients = {1000, 10, 50, 1};
  step.distance = {part(0.01), part(0.002), part(1e-7), part(0.001)};
  return step;
}

LockstepRecord lockstep(std::int64_t steps = 6) {
  LockstepRecord record{"fp16-master", "static", 11, 4, {}, steps, {}};
  for (std::int64_t i = 0; i < steps; ++i) record.series.push_back(step(i));
  return record;
}

/// A step that the loss scaler skipped: half's numbers are whatever they are.
void skip(LockstepStep& step) {
  step.skipped = step.overflow = true;
  step.loss.policy = kNotMeasured;
  step.distance.gradient.policy = kInfinity;
  step.distance.gradient.worst.ratio = kNotMeasured;
}

class Lockstep : public testing::Test {
 protected:
  Lockstep() {
    claim_ = sample::claim("retrain.lockstep", "retrained", 1);
    claim_.tolerance = Tolerance{.abs = 1.0, .rel = 0.0, .reason = "a reason"};
  }
  Finding judge() const { return judge_lockstep_records({{0, record_}}, {claim_, true}); }
  /// With `change` made to a record that passes.
  Finding judge(const std::function<void(Series&)>& change) const {
    LockstepRecord record = lockstep();
    change(record.series);
    return judge_lockstep_records({{0, record}}, {claim_, true});
  }

  Claim claim_;
  LockstepRecord record_ = lockstep();
};

TEST_F(Lockstep, WhatRoundingCostsPasses) {
  const auto finding = judge();
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, 1.0);
  EXPECT_THAT(finding.reason, HasSubstr("6 steps judged"));
}

struct Mutation {
  const char* what;
  std::function<void(Series&)> apply;
};

TEST_F(Lockstep, EachOfTheseFails) {
  const double nan = kNotMeasured;
  const std::vector<Mutation> mutations = {
      {"policy's gradient is NaN", [&](Series& s) { s[5].distance.gradient.policy = nan; }},
      {"policy's weights are infinite",
       [](Series& s) { s[5].distance.weights.policy = kInfinity; }},
      {"policy's update is NaN", [&](Series& s) { s[0].distance.update.policy = nan; }},
      {"policy's statistics are NaN", [&](Series& s) { s[5].distance.statistics.policy = nan; }},
      {"a distance of another sign", [](Series& s) { s[1].distance.gradient.policy = -0.01; }},
      {"no yardstick", [](Series& s) { s[0].distance.gradient.twin = 0.0; }},
      {"a yardstick that is NaN", [&](Series& s) { s[5].distance.statistics.twin = nan; }},
      {"an infinite yardstick", [](Series& s) { s[5].distance.update.twin = kInfinity; }},
      {"FP32 is NaN", [&](Series& s) { s[5].distance.statistics.fp32 = nan; }},
      {"the worst tensor is NaN", [&](Series& s) { s[2].distance.gradient.worst.ratio = nan; }},
      {"the gradient has no norm", [&](Series& s) { s[2].distance.gradient.norm = nan; }},
      {"FP32's twin is NaN", [&](Series& s) { s[2].distance.gradient.fp32_twin = nan; }},
      {"a loss is NaN", [&](Series& s) { s[5].loss.policy = nan; }},
      {"a loss is infinite", [](Series& s) { s[5].loss.policy = kInfinity; }},
      {"FP64's loss is NaN", [&](Series& s) { s[3].loss.fp64 = nan; }},
      {"the twin's loss is NaN", [&](Series& s) { s[3].loss.twin = nan; }},
      {"losses without a yardstick",
       [](Series& s) {
         for (auto& step : s) step.loss.fp64 = step.loss.twin = 0.0;
       }},
      {"no gradient looked at", [](Series& s) { s[2].gradients.looked_at = 0; }},
      {"more subnormals than gradients", [](Series& s) { s[2].gradients.half_subnormals = 1001; }},
      {"a negative count", [](Series& s) { s[2].gradients.flushed = -1; }},
      {"too many flushed", [](Series& s) { s[2].gradients.flushed = 2; }},
      {"too many subnormal", [](Series& s) { s[1].gradients.half_subnormals = 501; }},
      {"policy and twin are swapped, and the policy is ten times as far",
       [](Series& s) {
         for (auto& step : s) step.distance.update.twin /= 10.0;
       }},
      {"no step", [](Series& s) { s.clear(); }},
      {"a series shorter than the record says", [](Series& s) { s.pop_back(); }},
  };
  for (const auto& [what, apply] : mutations) {
    EXPECT_EQ(judge(apply).verdict, Verdict::kFail) << what;
  }
}

constexpr LockstepDistance LockstepDistances::*kParts[] = {
    &LockstepDistances::gradient, &LockstepDistances::weights, &LockstepDistances::update,
    &LockstepDistances::statistics};

TEST_F(Lockstep, NoNumberOfAJudgedStepMayBeMissing) {
  for (const auto part : kParts) {
    for (const auto number :
         {&LockstepDistance::norm, &LockstepDistance::policy, &LockstepDistance::twin,
          &LockstepDistance::fp32, &LockstepDistance::fp32_twin}) {
      for (const double value : {kNotMeasured, 0.0}) {
        const auto finding = judge([&](Series& s) { (s[2].distance.*part).*number = value; });
        EXPECT_EQ(finding.verdict, Verdict::kFail) << value;
      }
    }
  }
  for (const auto loss : {&LockstepLosses::fp64, &LockstepLosses::policy, &LockstepLosses::twin,
                          &LockstepLosses::fp32, &LockstepLosses::fp32_twin}) {
    EXPECT_EQ(judge([&](Series& s) { s[2].loss.*loss = kNotMeasured; }).verdict, Verdict::kFail);
  }
}

TEST_F(Lockstep, HalfThatIsNearerThanItsDigitsLeadFails) {
  for (const auto part :
       {&LockstepDistances::gradient, &LockstepDistances::update, &LockstepDistances::statistics}) {
    const auto scaled = [&](double factor) {
      return judge([&](Series& s) {
        for (auto& step : s) (step.distance.*part).policy *= factor;
      });
    };
    EXPECT_EQ(scaled(0.51).verdict, Verdict::kPass);
    EXPECT_EQ(scaled(0.49).verdict, Verdict::kFail);
    EXPECT_THAT(scaled(0.49).reason, HasSubstr("2.04 times nearer"));
  }
  // As in FP32.
  const auto finding = judge([](Series& s) {
    for (auto& step : s) {
      for (const auto part : kParts) (step.distance.*part).policy = (step.distance.*part).fp32;
    }
  });
  EXPECT_EQ(finding.verdict, Verdict::kFail);
}

TEST_F(Lockstep, ASingleStepMayBeTenTimesAsNear) {
  for (const auto part : kParts) {
    const auto scaled = [&](double factor) {
      return judge([&](Series& s) { (s[2].distance.*part).policy *= factor; });
    };
    EXPECT_EQ(scaled(0.051).verdict, Verdict::kPass);
    EXPECT_EQ(scaled(0.049).verdict, Verdict::kFail);
  }
}

TEST_F(Lockstep, ATwinThatIsAsFarAsFp64HasComeIsNoYardstick) {
  for (const auto part :
       {&LockstepDistances::weights, &LockstepDistances::update, &LockstepDistances::statistics}) {
    const auto finding = judge([&](Series& s) {
      for (auto& step : s) (step.distance.*part).norm = (step.distance.*part).twin;
    });
    EXPECT_EQ(finding.verdict, Verdict::kFail);
    EXPECT_THAT(finding.reason, HasSubstr("no yardstick"));
  }
}

TEST_F(Lockstep, TheTwinsLossesAreNoFartherThanHalfsAndARoundingExplain) {
  // Half's are 1e-4 and one rounding, 2 / 2^11, away.
  for (auto& step : record_.series) step.loss.twin = step.loss.fp64 + 2.1e-3;
  EXPECT_EQ(judge().verdict, Verdict::kPass);
  for (auto& step : record_.series) step.loss.twin = step.loss.fp64 + 2.2e-3;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  EXPECT_THAT(judge().reason, HasSubstr("the losses"));
}

TEST_F(Lockstep, OfAnEvenNumberOfStepsTheMedianIsTheMeanOfTheTwoInTheMiddle) {
  for (const auto part :
       {&LockstepDistances::gradient, &LockstepDistances::update, &LockstepDistances::statistics}) {
    const auto three_of_six = [&](double ratio) {
      return judge([&](Series& s) {
        for (const std::size_t i : {0, 3, 5}) (s[i].distance.*part).policy *= ratio;
      });
    };
    // The two in the middle are 1 and the ratio.
    EXPECT_EQ(three_of_six(2.99).verdict, Verdict::kPass);
    EXPECT_NEAR(three_of_six(2.99).measured.get<double>(), 1.995, 1e-9);
    EXPECT_EQ(three_of_six(3.01).verdict, Verdict::kFail);
  }
  record_ = lockstep(5);
  for (const std::size_t i : {0, 2, 4}) record_.series[i].distance.update.policy *= 2.1;
  EXPECT_NEAR(judge().measured.get<double>(), 2.1, 1e-9) << "of an odd number the middle one";
}

TEST_F(Lockstep, ASingleStepMayBeTenTimesAsFar) {
  record_.series[2].distance.gradient.policy = 0.199;
  EXPECT_EQ(judge().verdict, Verdict::kPass);
  record_.series[2].distance.gradient.policy = 0.201;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  EXPECT_THAT(judge().reason, HasSubstr("gradient at step 2"));
}

TEST_F(Lockstep, OneTensorMayBeFourTimesAsFarAsAll) {
  const std::pair<const char*, LockstepDistance LockstepDistances::*> parts[] = {
      {"gradient", &LockstepDistances::gradient},
      {"update", &LockstepDistances::update},
      {"statistics", &LockstepDistances::statistics}};
  for (const auto& [name, part] : parts) {
    const auto with = [&, which = part](double ratio) {
      return judge([&](Series& s) {
        for (auto& step : s) (step.distance.*which).worst.ratio = ratio;
      });
    };
    EXPECT_EQ(with(7.9).verdict, Verdict::kPass) << name;
    EXPECT_EQ(with(8.1).verdict, Verdict::kFail) << name;
    EXPECT_THAT(with(8.1).reason, HasSubstr(std::string("single tensors of the ") + name));
  }
}

TEST_F(Lockstep, LossesAreTakenTogetherAndOneRoundingIsAllowed) {
  // The yardstick is 1e-4 + 2 / 2^11 = 0.00108; sqrt((5 + 1600) / 6) * 1e-4 is 1.5 of it.
  record_.series[1].loss.policy = record_.series[1].loss.fp64 + 4e-3;
  EXPECT_EQ(judge().verdict, Verdict::kPass);
  record_.series[3].loss.policy =
      record_.series[3].loss.fp64 - 4e-3;  // sqrt((4 + 3200) / 6) * 1e-4 is 2.15 of it.
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  EXPECT_THAT(judge().reason, HasSubstr("the losses"));
}

TEST_F(Lockstep, WeightsCarryOnWhatOneStepDidAndMayBeTenTimesAsFar) {
  for (std::size_t i = 2; i < 6; ++i) record_.series[i].distance.weights.policy = 0.039;
  EXPECT_EQ(judge().verdict, Verdict::kPass);
  record_.series[5].distance.weights.policy = 0.041;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  EXPECT_THAT(judge().reason, HasSubstr("weights at step 5"));
}

TEST_F(Lockstep, ChaosEndsTheJudgingAndExcusesNothingThatIsNoNumber) {
  const auto chaos = [](Series& s) {
    s[4].distance.gradient.twin = 0.51;
    s[4].distance.weights.policy = s[5].distance.weights.policy = 1.0;
    s[5].loss.policy = 3.0;
  };
  const auto finding = judge(chaos);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_THAT(finding.reason, HasSubstr("4 steps judged, chaos from step 4"));
  const std::vector<Mutation> mutations = {
      {"a loss", [](Series& s) { s[5].loss.policy = kNotMeasured; }},
      {"a gradient", [](Series& s) { s[5].distance.gradient.policy = kInfinity; }},
      {"weights", [](Series& s) { s[4].distance.weights.policy = kNotMeasured; }},
      {"statistics", [](Series& s) { s[5].distance.statistics.policy = kNotMeasured; }},
  };
  for (const auto& mutation : mutations) {
    EXPECT_EQ(judge([&](Series& s) { chaos(s), mutation.apply(s); }).verdict, Verdict::kFail)
        << mutation.what;
  }
}

TEST_F(Lockstep, WhereTheSizeOfARoundingNoLongerMattersThereIsChaos) {
  record_.series[3].distance.gradient.fp32_twin = 0.00051;
  record_.series[3].distance.gradient.policy = 1.0;
  EXPECT_EQ(judge().verdict, Verdict::kPass);
  EXPECT_THAT(judge().reason, HasSubstr("chaos from step 3: FP32's roundings set off 5.1 %"));
}

TEST_F(Lockstep, FewerThanThreeJudgedStepsAreAmbiguousWhateverTheySay) {
  record_.series[2].distance.gradient.twin = 0.51;
  EXPECT_EQ(judge().verdict, Verdict::kAmbiguous);
  record_.series[1].distance.gradient.policy = 1.0;
  EXPECT_EQ(judge().verdict, Verdict::kAmbiguous);
  record_ = lockstep(2);
  EXPECT_EQ(judge().verdict, Verdict::kAmbiguous);
  record_ = lockstep();
  record_.series[0].distance.gradient.twin = 0.51;
  EXPECT_EQ(judge().verdict, Verdict::kAmbiguous) << "chaos from the first step on";
}

TEST_F(Lockstep, SkippedStepsAreNotJudgedWhateverTheirNumbers) {
  for (const std::size_t i : {0, 1, 2}) skip(record_.series[i]);
  EXPECT_EQ(judge().verdict, Verdict::kPass);
  EXPECT_EQ(judge().measured, 1.0);
  EXPECT_THAT(judge().reason, HasSubstr("3 steps judged, 3 skipped"));
  skip(record_.series[3]);
  EXPECT_EQ(judge().verdict, Verdict::kAmbiguous);
  record_.series[5].loss.policy = kNotMeasured;
  EXPECT_EQ(judge().verdict, Verdict::kFail) << "a loss that is no number and was not skipped";
}

TEST_F(Lockstep, ASeriesInWhichNoStepWasMadeFails) {
  for (auto& step : record_.series) skip(step);
  record_.series.back().scale = 65536.0;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  EXPECT_FALSE(judge().compared) << "an expected failure must not excuse it";
  EXPECT_THAT(judge().reason, HasSubstr("65536"));
  // Neither does one in which half computed no loss, whatever the scaler did.
  for (auto& step : record_.series) step.skipped = false;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
}

TEST_F(Lockstep, AScaleThatWasStillComingDownIsAmbiguous) {
  record_.scaler = "mmcv-dynamic";
  for (auto& step : record_.series) {
    skip(step);
    step.scale = std::ldexp(1024.0, -static_cast<int>(step.step));
  }
  EXPECT_EQ(judge().verdict, Verdict::kAmbiguous);
  EXPECT_FALSE(judge().compared);
  EXPECT_THAT(judge().reason, HasSubstr("ask for 14 steps")) << "5 more to 1, and 3 to judge";
  record_.series[3].scale = 1024.0;
  EXPECT_EQ(judge().verdict, Verdict::kFail) << "it does not come down";
  for (auto& step : record_.series) step.scale = 1.0;
  EXPECT_EQ(judge().verdict, Verdict::kFail) << "it cannot fall further";
}

TEST_F(Lockstep, OnlyHalfsRangeIsNarrow) {
  record_.series[2].gradients.flushed = 2;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  EXPECT_EQ(judge_lockstep_records({{0, record_}}, {claim_, false}).verdict, Verdict::kPass);
  record_.series[2].gradients.flushed = 1;
  record_.series[1].gradients.half_subnormals = 500;
  EXPECT_EQ(judge().verdict, Verdict::kPass);
  EXPECT_THAT(judge().reason, HasSubstr("up to 50 % subnormal and 0.1 % lost to 0"));
}

TEST_F(Lockstep, SinglePrecisionHasToBeNearer) {
  for (const auto part : {&LockstepDistances::gradient, &LockstepDistances::weights,
                          &LockstepDistances::statistics}) {
    const auto far_at = [&](std::size_t step) {
      return judge([&](Series& s) {
        LockstepDistance& distance = s[step].distance.*part;
        distance.fp32 = 0.26 * distance.twin;
      });
    };
    EXPECT_EQ(far_at(1).verdict, Verdict::kFail);
    EXPECT_THAT(far_at(1).reason, HasSubstr("FP32 itself is 0.26"));
    EXPECT_EQ(far_at(3).verdict, Verdict::kPass) << "a flipped ReLU may take FP32 that far";
  }
  // What storing the weights adds is the same for both.
  for (auto& step : record_.series) step.distance.update.fp32 = step.distance.update.twin;
  EXPECT_EQ(judge().verdict, Verdict::kPass);
}

TEST_F(Lockstep, SinglePrecisionsLossHasToBeNearer) {
  // A quarter of 1e-4 and one rounding in half, 2 / 2^11.
  record_.series[2].loss.fp32 = record_.series[2].loss.fp64 + 2.6e-4;
  EXPECT_EQ(judge().verdict, Verdict::kPass);
  record_.series[2].loss.fp32 = record_.series[2].loss.fp64 + 2.8e-4;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  EXPECT_THAT(judge().reason, HasSubstr("FP32 itself is"));
}

TEST_F(Lockstep, WithoutDigitsThereIsNoRoundingToAllow) {
  record_.digits = 0;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
}

TEST_F(Lockstep, TheWorstSeedDecidesAndIsNamed) {
  LockstepRecord far = lockstep();
  far.series[0].distance.weights.policy = 1.0;
  std::map<std::int64_t, LockstepRecord> seeds = {{0, lockstep()}, {7, lockstep()}};
  EXPECT_EQ(judge_lockstep_records(seeds, {claim_, true}).verdict, Verdict::kPass);
  seeds[7] = far;
  const auto finding = judge_lockstep_records(seeds, {claim_, true});
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason, HasSubstr("seed 7, the worst of 2 seeds"));
  seeds[0] = lockstep(2);
  seeds[7] = lockstep();
  EXPECT_EQ(judge_lockstep_records(seeds, {claim_, true}).verdict, Verdict::kAmbiguous);
  EXPECT_EQ(judge_lockstep_records({}, {claim_, true}).verdict, Verdict::kFail);
}

}  // namespace
}  // namespace harness
