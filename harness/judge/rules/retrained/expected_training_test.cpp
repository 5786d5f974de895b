#include "harness/judge/rules/retrained/expected_training.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::Eq;
using testing::Optional;

ExpectedTraining expected_of(const sample::Case& sample, const std::string& precision = "fp16") {
  return expected_training({sample.row, sample.claim, sample.results, sample.scope}, precision);
}

void set_config(sample::Case& sample, const std::function<void(Json&)>& change) {
  sample::change_record<ExamineRecord>(
      sample.results.at(0), [&](ExamineRecord& record) { change(record.checkpoint->config); });
}

TEST(ExpectedTraining, TheSuiteGoesBeforeTheConfigAndTheConfigBeforeTheZoo) {
  sample::Case sample;
  EXPECT_EQ(expected_of(sample).lr, 0.05);
  EXPECT_EQ(expected_of(sample).power, 0.9);
  EXPECT_EQ(expected_of(sample).min_lr, 1e-4);
  set_config(sample, [](Json& config) {
    config["lr_config"] = {{"policy", "poly"}, {"min_lr", 0.002}};
    config["optimizer"]["lr"] = 0.02;
    config["runner"]["max_iters"] = 900;
  });
  EXPECT_EQ(expected_of(sample).power, 1.0) << "mmcv's default";
  EXPECT_EQ(expected_of(sample).min_lr, 0.002);
  EXPECT_EQ(expected_of(sample).lr, 0.05);
  EXPECT_EQ(expected_of(sample).iterations, 600);
  sample.row.recipe = Json::object();
  EXPECT_EQ(expected_of(sample).lr, 0.02);
  EXPECT_EQ(expected_of(sample).iterations, 900);
  sample.results.clear();
  EXPECT_EQ(expected_of(sample).lr, 0.01);
  EXPECT_EQ(expected_of(sample).iterations, 80000);
  EXPECT_FALSE(expected_of(sample).states_iterations);
}

TEST(ExpectedTraining, TheRateFallsByThePolynomial) {
  ExpectedTraining expected;
  expected.lr = 0.05;
  expected.iterations = 600;
  EXPECT_EQ(expected.lr_at(0), 0.05);
  EXPECT_NEAR(expected.lr_at(1), 0.0499251438, 1e-9);
  EXPECT_NEAR(expected.lr_at(300), 1e-4 + 0.0499 * 0.53588673, 1e-9);
  EXPECT_EQ(expected.lr_at(600), 1e-4);
}

TEST(ExpectedTraining, OnlyTheRowsOwnPrecisionHasItsScalerAndQuirks) {
  sample::Case sample;
  sample.row.arithmetic->scaler->init_scale = 128.0;
  sample.row.arithmetic->quirks.no_overflow_check = true;
  EXPECT_EQ(expected_of(sample).scaler.init_scale, 128.0);
  EXPECT_FALSE(expected_of(sample).skips_overflows);
  EXPECT_EQ(expected_of(sample, "fp32").scaler.type, ScalerType::kNone);
  EXPECT_FALSE(expected_of(sample, "fp32").skips_overflows);
  EXPECT_EQ(expected_of(sample, "fp16-amp").scaler, default_scaler(Policy::kFp16Amp));
  EXPECT_TRUE(expected_of(sample, "fp16-amp").skips_overflows);
}

TEST(ExpectedTraining, TheModelIsThatOfTheCheckpoint) {
  sample::Case sample;
  // 4x3x3x3 and 19x32x1x1 with 19 biases; batch norm's weight and bias.
  EXPECT_EQ(expected_of(sample).parameters, 108 + 8 + 608 + 19);
  EXPECT_EQ(expected_of(sample).convolutions, 2);
  EXPECT_EQ(expected_of(sample).norms, 1);
  EXPECT_EQ(expected_of(sample).trained.size(), 5U);
  EXPECT_TRUE(expected_of(sample).trained.contains("backbone.stem.1.bias"));
  EXPECT_EQ(expected_of(sample).statistics,
            (std::set<std::string>{"backbone.stem.1.running_mean", "backbone.stem.1.running_var"}));
  sample.results.clear();
  EXPECT_EQ(expected_of(sample).parameters, 0);
}

TEST(ExpectedTraining, ALossOfChanceIsThatOfTheHeads) {
  sample::Case sample;
  const double chance = std::log(19.0);
  EXPECT_DOUBLE_EQ(expected_of(sample).chance_loss, chance);
  EXPECT_TRUE(expected_of(sample).can_begin_with(3.9 * chance));
  EXPECT_FALSE(expected_of(sample).can_begin_with(4.1 * chance));
  EXPECT_TRUE(expected_of(sample).can_begin_with(NAN));
  set_config(sample, [](Json& config) {
    config["model"]["decode_head"]["loss_decode"] = {{"loss_weight", 0.5}};
  });
  EXPECT_DOUBLE_EQ(expected_of(sample).chance_loss, 0.5 * chance);
  set_config(sample, [](Json& config) {
    config["model"]["decode_head"]["loss_decode"]["class_weight"] = {1.0, 9.0};
  });
  EXPECT_EQ(expected_of(sample).chance_loss, 0.0);
  EXPECT_TRUE(expected_of(sample).can_begin_with(1e30)) << "nobody knows";
}

TEST(AskedIterations, AreReadFromTheCommandLine) {
  EXPECT_THAT(asked_iterations({"halfproof", "run", "s.json"}), Eq(std::nullopt));
  EXPECT_THAT(asked_iterations({"halfproof", "run", "--iters", "12"}), Optional(12));
  EXPECT_THAT(asked_iterations({"halfproof", "--iters=40", "--seeds", "0"}), Optional(40));
  EXPECT_THAT(asked_iterations({"--iters", "1'000"}), Optional(1000));
  EXPECT_THAT(asked_iterations({"--iters", "many"}), Optional(0));
}

}  // namespace
}  // namespace harness
