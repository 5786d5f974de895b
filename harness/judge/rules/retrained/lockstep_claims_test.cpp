#include "harness/judge/rules/retrained/lockstep_claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::HasSubstr;

/// Distances of one part: half as far as its twin says, FP32 2^-13 of it.
Json part(double twin, double ratio = 1.0) {
  return {{"norm", 1.0},
          {"policy", ratio * twin},
          {"twin", twin},
          {"fp32", twin / 8192},
          {"fp32_twin", twin / 8192},
          {"worst", {{"tensor", "backbone.stem.0.weight"}, {"ratio", ratio}}}};
}

Json step(std::int64_t number) {
  const double sign = number % 2 == 0 ? 1.0 : -1.0;
  return {
      {"step", number},
      {"scale", 512.0},
      {"skipped", false},
      {"loss",
       {{"fp64", 2.0},
        {"policy", 2.0 + sign * 1e-4},
        {"twin", 2.0 - sign * 1e-4},
        {"fp32", 2.0 + 1e-8},
        {"fp32_twin", 2.0 + 1e-8}}},
      {"gradients", {{"looked_at", 1000}, {"zeros", 10}, {"half_subnormals", 50}, {"flushed", 1}}},
      {"distance",
       {{"gradient", part(0.01)},
        {"weights", part(0.002)},
        {"update", part(1e-7)},
        {"statistics", part(0.001)}}}};
}

RunResult lockstep(std::int64_t seed = 0, std::int64_t steps = 6) {
  Json series = Json::array();
  for (std::int64_t i = 0; i < steps; ++i) series.push_back(step(i));
  auto result =
      sample::result("lockstep", "fp16", {{"steps", steps}, {"digits", 11}, {"series", series}});
  result.seed = seed;
  return result;
}

class Lockstep : public testing::Test {
 protected:
  Lockstep() {
    claim_ = sample::claim("retrain.lockstep", "retrained", 1);
    claim_.tolerance = Tolerance{.abs = 1.0, .rel = 0.0, .reason = "a reason"};
  }
  Finding judge() const { return judge_lockstep({row_, claim_, results_, scope_}); }
  Json& at(std::size_t step) { return results_.front().measurements["series"][step]; }
  Json& distance(std::size_t step, const char* part) { return at(step)["distance"][part]; }

  Row row_ = sample::row();
  Claim claim_;
  std::vector<RunResult> results_ = {lockstep()};
  JobScope scope_{{"lockstep"}, {}, {}};
};

TEST_F(Lockstep, WhatRoundingCostsPasses) {
  const auto finding = judge();
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, 1.0);
  EXPECT_EQ(finding.precision, "fp16");
  EXPECT_THAT(finding.reason, HasSubstr("6 steps judged"));
}

TEST_F(Lockstep, APartThatIsTooFarInHalfOfTheStepsFails) {
  for (const auto* name : {"gradient", "update", "statistics"}) {
    results_ = {lockstep()};
    for (const std::size_t i : {0, 5}) distance(i, name)["policy"] = 0.3;
    for (const std::size_t i : {0, 5}) distance(i, name)["twin"] = 0.1;
    EXPECT_EQ(judge().verdict, Verdict::kPass) << name;
    distance(3, name)["policy"] = 2.1 * distance(3, name)["twin"].get<double>();
    const auto finding = judge();
    EXPECT_EQ(finding.verdict, Verdict::kFail) << name;
    EXPECT_EQ(finding.measured, 2.1) << name;
    EXPECT_THAT(finding.reason, HasSubstr(std::string("farthest: ") + name));
  }
}

TEST_F(Lockstep, ASingleStepMayBeTenTimesAsFar) {
  distance(2, "gradient")["policy"] = 0.199;
  EXPECT_EQ(judge().verdict, Verdict::kPass);
  distance(2, "gradient")["policy"] = 0.201;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  EXPECT_THAT(judge().reason, HasSubstr("gradient at step 2"));
}

TEST_F(Lockstep, OneTensorMayBeFourTimesAsFarAsAll) {
  for (std::size_t i = 0; i < 6; ++i) distance(i, "update")["worst"]["ratio"] = 7.9;
  EXPECT_EQ(judge().verdict, Verdict::kPass);
  for (std::size_t i = 0; i < 6; ++i) distance(i, "update")["worst"]["ratio"] = 8.1;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  EXPECT_THAT(judge().reason, HasSubstr("single tensors of the update"));
}

TEST_F(Lockstep, LossesAreTakenTogetherAndOneRoundingIsAllowed) {
  // The yardstick is 1e-4 + 2 / 2^11 = 0.00108; sqrt((5 + 1600) / 6) * 1e-4 is 1.5 of it.
  at(1)["loss"]["policy"] = 2.0 + 4e-3;
  EXPECT_EQ(judge().verdict, Verdict::kPass);
  at(3)["loss"]["policy"] = 2.0 - 4e-3;  // sqrt((4 + 3200) / 6) * 1e-4 is 2.15 of it.
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  EXPECT_THAT(judge().reason, HasSubstr("the losses"));
}

TEST_F(Lockstep, WeightsCarryOnWhatOneStepDidAndMayBeTenTimesAsFar) {
  for (std::size_t i = 2; i < 6; ++i) distance(i, "weights")["policy"] = 0.039;
  EXPECT_EQ(judge().verdict, Verdict::kPass);
  distance(5, "weights")["policy"] = 0.041;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  EXPECT_THAT(judge().reason, HasSubstr("weights at step 5"));
}

TEST_F(Lockstep, ChaosEndsTheJudging) {
  distance(4, "gradient")["twin"] = 0.51;
  for (const std::size_t i : {4, 5}) distance(i, "weights")["policy"] = 1.0;
  at(5)["loss"]["policy"] = 3.0;
  const auto finding = judge();
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_THAT(finding.reason, HasSubstr("4 steps judged, chaos from step 4: rounding alone moves"));
  at(5)["loss"]["policy"] = nullptr;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
}

TEST_F(Lockstep, WhereTheSizeOfARoundingNoLongerMattersThereIsChaos) {
  distance(3, "gradient")["fp32_twin"] = 0.00051;
  distance(3, "gradient")["policy"] = 1.0;
  EXPECT_EQ(judge().verdict, Verdict::kPass);
  EXPECT_THAT(judge().reason, HasSubstr("chaos from step 3: FP32's roundings set off 5.1 %"));
}

TEST_F(Lockstep, FewerThanThreeJudgedStepsAreAmbiguousWhateverTheySay) {
  distance(2, "gradient")["twin"] = 0.51;
  EXPECT_EQ(judge().verdict, Verdict::kAmbiguous);
  distance(1, "gradient")["policy"] = 1.0;
  EXPECT_EQ(judge().verdict, Verdict::kAmbiguous);
  results_ = {lockstep(0, 2)};
  EXPECT_EQ(judge().verdict, Verdict::kAmbiguous);
}

TEST_F(Lockstep, SkippedStepsAreNotJudged) {
  for (const std::size_t i : {0, 1, 2}) {
    at(i)["skipped"] = true;
    at(i)["distance"] = nullptr;
  }
  EXPECT_EQ(judge().verdict, Verdict::kPass);
  EXPECT_THAT(judge().reason, HasSubstr("3 steps judged, 3 skipped"));
  at(3)["skipped"] = true;
  EXPECT_EQ(judge().verdict, Verdict::kAmbiguous);
}

TEST_F(Lockstep, GradientsOutOfHalfsRangeFailWhateverTheDistance) {
  at(1)["gradients"]["half_subnormals"] = 500;
  EXPECT_EQ(judge().verdict, Verdict::kPass);
  EXPECT_THAT(judge().reason, HasSubstr("up to 50 % subnormal and 0.1 % lost to 0"));
  at(1)["gradients"]["half_subnormals"] = 501;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  at(1)["gradients"]["half_subnormals"] = 0;
  at(2)["gradients"]["flushed"] = 2;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  at(2)["gradients"].erase("flushed");
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  at(2)["gradients"]["flushed"] = 0;
  at(2)["gradients"]["looked_at"] = 0;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
}

TEST_F(Lockstep, SinglePrecisionHasToBeNearer) {
  distance(1, "gradient")["fp32"] = 0.0026;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  EXPECT_THAT(judge().reason, HasSubstr("FP32 itself lies 0.26"));
  results_ = {lockstep()};
  distance(3, "gradient")["fp32"] = 0.0026;
  EXPECT_EQ(judge().verdict, Verdict::kPass) << "a flipped ReLU may take FP32 that far later on";
}

TEST_F(Lockstep, NothingAndNaNNeverPass) {
  for (const auto* key : {"policy", "twin", "fp32"}) {
    results_ = {lockstep()};
    distance(5, "statistics")[key] = nullptr;
    EXPECT_EQ(judge().verdict, Verdict::kFail) << key;
  }
  results_ = {lockstep()};
  at(5)["loss"]["policy"] = nullptr;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  results_ = {lockstep()};
  distance(0, "gradient")["twin"] = 0.0;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  results_ = {lockstep(0, 0)};
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  results_.clear();
  EXPECT_EQ(judge().verdict, Verdict::kFail);
}

TEST_F(Lockstep, TheWorstSeedDecides) {
  results_ = {lockstep(0), lockstep(1), lockstep(2)};
  EXPECT_EQ(judge().verdict, Verdict::kPass);
  EXPECT_THAT(judge().reason, HasSubstr("the worst of 3 seeds"));
  results_[1].measurements["series"][0]["distance"]["weights"]["policy"] = 1.0;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  results_ = {lockstep(0), lockstep(1)};
  results_[1].status = RunStatus::kError;
  results_[1].reason = "worker: killed";
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  results_.erase(results_.begin());
  results_[0].status = RunStatus::kSkipped;
  EXPECT_EQ(judge().verdict, Verdict::kSkipped);
}

}  // namespace
}  // namespace harness
