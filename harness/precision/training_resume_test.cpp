#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/precision/training_step.h"
#include "harness/testing/training_net.h"

namespace harness {
namespace {

/// As one resumes: a new model gets the old one's tensors, then the state.
void copy_model(Net& from, Net& to) {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < from.parameters().size(); ++i) {
    to.parameters()[i].copy_(from.parameters()[i]);
  }
  for (std::size_t i = 0; i < from.buffers().size(); ++i) to.buffers()[i].copy_(from.buffers()[i]);
}

TEST(TrainingStepState, ResumedGoesOnBitForBit) {
  for (const auto& [policy, type] :
       {std::pair{Policy::kFp32, ScalerType::kNone}, std::pair{Policy::kFp64, ScalerType::kNone},
        std::pair{Policy::kFp16Master, ScalerType::kMmcvDynamic},
        std::pair{Policy::kFp16Amp, ScalerType::kGradScaler}}) {
    SCOPED_TRACE(to_string(policy));
    NetTraining whole(options_of(policy, type)), resumed(options_of(policy, type));
    for (int i = 0; i < 3; ++i) whole.run(i);
    copy_model(*whole.net, *resumed.net);
    resumed.step.restore(whole.step.state());
    for (int i = 3; i < 6; ++i) {
      EXPECT_EQ(resumed.run(i).loss, whole.run(i).loss);
      for (std::size_t p = 0; p < 5; ++p)
        ASSERT_TRUE(torch::equal(resumed.weight(p), whole.weight(p)));
    }
    EXPECT_EQ(resumed.step.steps(), 6);
    EXPECT_EQ(resumed.step.scaler().state(), whole.step.scaler().state());
  }
}

/// The weights after one resumed step.
torch::Tensor resumed_with(const UpstreamQuirks& quirks) {
  auto options = options_of(Policy::kFp16Master, ScalerType::kStatic);
  options.quirks = quirks;
  NetTraining first(options), second(options);
  for (int i = 0; i < 3; ++i) first.run(i);
  copy_model(*first.net, *second.net);
  second.step.restore(first.step.state());
  second.run(3);
  return second.weight();
}

TEST(TrainingStepState, ResumedAsTheSourceDidLosesMastersOrMomentum) {
  const auto right = resumed_with({});
  const auto no_masters = resumed_with({.masters_not_saved = true});
  const auto no_momentum = resumed_with({.momentum_lost_on_resume = true});
  const auto distance = [&](const torch::Tensor& other) {
    return (other - right).abs().max().item<double>();
  };
  // Rounding a master below 1 to half moves it by 2^-12 at most.
  EXPECT_GT(distance(no_masters), 0.0);
  EXPECT_LT(distance(no_masters), 0x1p-10);
  EXPECT_GT(distance(no_momentum), 0x1p-10) << "a whole step is missing, not a rounding";
}

TEST(TrainingStepState, NamesWhatDoesNotFitWhenItRestores) {
  NetTraining training(options_of(Policy::kFp16Master, ScalerType::kStatic));
  training.run(0);
  const auto message = [&](const TrainingState& state) -> std::string {
    try {
      training.step.restore(state);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  auto state = training.step.state();
  EXPECT_EQ(message(state), "");
  state.momentum[1].first = "norm.gamma";
  EXPECT_THAT(message(state), testing::HasSubstr("momentum: missing norm.weight"));
  state = training.step.state();
  state.masters[0].second = torch::zeros({2});
  EXPECT_THAT(message(state), testing::HasSubstr("master weights: of another shape first.weight"));
  state = training.step.state();
  state.masters.emplace_back("more", torch::zeros({1}));
  EXPECT_THAT(message(state), testing::HasSubstr("unexpected 1 more"));
  state = training.step.state();
  state.scaler = Json::object();
  EXPECT_THAT(message(state), testing::HasSubstr("mode: expected a value"));
}

}  // namespace
}  // namespace harness
