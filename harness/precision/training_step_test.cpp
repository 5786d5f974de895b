#include "harness/precision/training_step.h"

#include <cmath>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/optim/sgd.h>

#include "harness/testing/training_net.h"

namespace harness {
namespace {

TEST(TrainingStep, InFp32IsAPlainLoopBitForBit) {
  NetTraining ours(options_of(Policy::kFp32, ScalerType::kNone));
  Net plain;
  torch::optim::SGD sgd(plain.parameters(),
                        torch::optim::SGDOptions(0.1).momentum(0.9).weight_decay(5e-4));
  for (int i = 0; i < 4; ++i) {
    sgd.zero_grad();
    const auto values = losses(plain, batch(i));
    const auto total = values[0].second + values[2].second;
    total.backward();
    sgd.step();
    const auto record = ours.run(i);
    EXPECT_EQ(record.loss, total.item<float>());
    EXPECT_THAT(record.losses,
                testing::ElementsAre(testing::Pair("loss_a", values[0].second.item<float>()),
                                     testing::Pair("acc", values[1].second.item<float>()),
                                     testing::Pair("loss_b", values[2].second.item<float>())));
    for (std::size_t p = 0; p < plain.parameters().size(); ++p) {
      ASSERT_TRUE(torch::equal(ours.weight(p), plain.parameters()[p].detach())) << i << " " << p;
    }
  }
  EXPECT_EQ(ours.step.steps(), 4);
  EXPECT_EQ(ours.step.skipped(), 0);
}

TEST(TrainingStep, EveryPolicyHasItsDtypesAndLearns) {
  for (const auto& [policy, conv, norm, state] :
       {std::tuple{Policy::kFp32, torch::kFloat, torch::kFloat, torch::kFloat},
        std::tuple{Policy::kFp64, torch::kDouble, torch::kDouble, torch::kDouble},
        std::tuple{Policy::kFp16Master, torch::kHalf, torch::kFloat, torch::kFloat},
        std::tuple{Policy::kFp16Amp, torch::kFloat, torch::kFloat, torch::kFloat},
        std::tuple{Policy::kBf16Amp, torch::kFloat, torch::kFloat, torch::kFloat}}) {
    TrainingOptions options;
    options.policy = policy;
    options.scaler = default_scaler(policy);
    NetTraining training(options);
    const double before = training.run(0).loss;
    for (int i = 0; i < 5; ++i) training.run(0);
    EXPECT_LT(training.run(0).loss, before) << to_string(policy);
    EXPECT_EQ(training.net->first->weight.scalar_type(), conv) << to_string(policy);
    EXPECT_EQ(training.net->norm->weight.scalar_type(), norm) << to_string(policy);
    EXPECT_EQ(training.weight().scalar_type(), state) << to_string(policy);
  }
}

TEST(TrainingStep, ASkippedStepChangesBatchNormsBuffersAndNothingElse) {
  for (const auto& [policy, type, after] :
       {std::tuple{Policy::kFp16Master, ScalerType::kMmcvDynamic, 256.0},
        std::tuple{Policy::kFp16Amp, ScalerType::kGradScaler, 256.0},
        std::tuple{Policy::kFp16Amp, ScalerType::kGradScalerPinned, 512.0}}) {
    SCOPED_TRACE(to_string(type));
    NetTraining training(options_of(policy, type));
    training.run(0);
    const auto before = training.step.state();
    const auto weight = training.weight();
    const auto half_weight = training.net->first->weight.detach().clone();
    const auto mean = training.net->norm->running_mean.clone();
    training.poison(true);
    const auto record = training.run(1);
    EXPECT_TRUE(record.overflow && record.skipped);
    EXPECT_EQ(record.scale, 512.0);
    EXPECT_FALSE(std::isfinite(record.grad_norm));
    EXPECT_TRUE(torch::equal(training.weight(), weight));
    EXPECT_TRUE(torch::equal(training.net->first->weight.detach(), half_weight));
    EXPECT_TRUE(torch::equal(training.step.state().momentum[0].second, before.momentum[0].second));
    EXPECT_FALSE(torch::equal(training.net->norm->running_mean, mean));
    EXPECT_EQ(training.net->norm->num_batches_tracked.item<int64_t>(), 2);
    EXPECT_EQ(training.step.scaler().scale(), after);
    EXPECT_EQ(training.step.steps(), 2);
    EXPECT_EQ(training.step.skipped(), 1);
    training.poison(false);
    EXPECT_FALSE(training.run(2).skipped);
    EXPECT_FALSE(torch::equal(training.weight(), weight));
  }
}

TEST(TrainingStep, AStaticScaleSkipsUnlessAskedToDoAsTheSourceDid) {
  auto options = options_of(Policy::kFp16Master, ScalerType::kStatic);
  NetTraining guarded(options);
  options.quirks.no_overflow_check = true;
  NetTraining unguarded(options);
  for (auto* training : {&guarded, &unguarded}) {
    training->poison(true);
    training->run(0);
    training->poison(false);
    training->run(1);
  }
  EXPECT_EQ(guarded.step.skipped(), 1);
  EXPECT_TRUE(guarded.weight().isfinite().all().item<bool>());
  EXPECT_EQ(guarded.step.scaler().scale(), 512.0);
  EXPECT_EQ(unguarded.step.skipped(), 0);
  EXPECT_FALSE(unguarded.weight().isfinite().all().item<bool>()) << "the masters never come back";
  EXPECT_TRUE(std::isnan(unguarded.run(2).loss));
}

TEST(TrainingStep, WrappingKeepsBatchNormUnlessAskedToRoundIt) {
  auto options = options_of(Policy::kFp16Master, ScalerType::kStatic);
  const NetTraining kept(options);
  options.quirks.wrap_rounds_norm = true;
  const NetTraining rounded(options);
  const Net fresh;
  EXPECT_TRUE(torch::equal(kept.net->norm->running_mean, fresh.norm->running_mean));
  EXPECT_TRUE(torch::equal(rounded.net->norm->running_mean,
                           fresh.norm->running_mean.to(torch::kHalf).to(torch::kFloat)));
  EXPECT_FALSE(torch::equal(rounded.net->norm->weight, fresh.norm->weight));
  for (const auto* training : {&kept, &rounded}) {
    EXPECT_TRUE(torch::equal(training->weight(1), fresh.norm->weight))
        << "masters are copied first";
  }
}

TEST(TrainingStep, WithoutMastersSmallUpdatesVanish) {
  auto options = options_of(Policy::kFp16Master, ScalerType::kStatic);
  options.sgd = {.momentum = 0.0, .weight_decay = 0.0};
  NetTraining with(options);
  options.keep_masters = false;
  NetTraining without(options);
  const auto before = without.net->first->weight.detach().clone();
  for (auto* training : {&with, &without}) {
    for (int i = 0; i < 3; ++i) training->run(0, 1e-7);
  }
  EXPECT_TRUE(torch::equal(without.weight(), before.to(torch::kFloat)));
  EXPECT_FALSE(torch::equal(with.weight(), Net().first->weight.detach()));
}

TEST(TrainingStep, ChannelsLastIsTheSameTrainingInAnotherOrderOfAdditions) {
  for (const auto policy : {Policy::kFp64, Policy::kFp16Master}) {
    TrainingOptions options;
    options.policy = policy;
    options.scaler = default_scaler(policy);
    NetTraining first(options);
    options.channels_last = true;
    NetTraining last(options);
    const double tolerance = policy == Policy::kFp64 ? 1e-12 : 1e-2;
    for (int i = 0; i < 3; ++i) EXPECT_NEAR(last.run(i).loss, first.run(i).loss, tolerance);
    EXPECT_TRUE(torch::allclose(last.weight(), first.weight(), tolerance, tolerance));
    EXPECT_TRUE(last.net->first->weight.is_contiguous(torch::MemoryFormat::ChannelsLast));
    EXPECT_EQ(last.step.state().momentum[0].second.stride(3), 1) << "states are laid out plainly";
  }
}

TEST(TrainingStep, ClipsTheUnscaledGradients) {
  auto options = options_of(Policy::kFp16Amp, ScalerType::kGradScaler);
  options.sgd = {.momentum = 0.0, .weight_decay = 0.0};
  options.max_grad_norm = 1e-3;
  NetTraining training(options);
  const auto record = training.run(0, 1.0);
  EXPECT_GT(record.grad_norm, 1e-2);
  double moved = 0.0;
  const Net fresh;
  for (std::size_t p = 0; p < 5; ++p) {
    moved += (training.weight(p) - fresh.parameters()[p].detach()).square().sum().item<double>();
  }
  EXPECT_NEAR(std::sqrt(moved), 1e-3, 1e-5);
}

TEST(TrainingStep, ClippingANanNormLeavesNoWeightAsClipGradNormDoes) {
  auto options = options_of(Policy::kFp32, ScalerType::kNone);
  options.max_grad_norm = 1.0;
  for (const float value : {kInfinity, std::numeric_limits<float>::quiet_NaN()}) {
    NetTraining training(options);
    training.step.set_gradient_hook(
        [value](const StepGradients& g) { g.named[0].second.view(-1)[0] = value; });
    training.run(0);
    // torch.nn.utils.clip_grad_norm_: an infinite norm clips all finite gradients to 0, NaN spoils
    // every one.
    const auto of_others = training.weight(3);
    EXPECT_TRUE(std::isnan(training.weight(0).view(-1)[0].item<float>())) << value;
    EXPECT_EQ(of_others.isnan().all().item<bool>(), std::isnan(value)) << value;
    EXPECT_EQ(of_others.isfinite().all().item<bool>(), !std::isnan(value)) << value;
  }
}

TEST(TrainingStep, ShowsItsScaledGradientsToTheHook) {
  NetTraining training(options_of(Policy::kFp16Master, ScalerType::kStatic));
  std::vector<std::string> names;
  double norm = 0.0;
  training.step.set_gradient_hook([&](const StepGradients& gradients) {
    for (const auto& entry : gradients.named) names.push_back(entry.first);
    norm = gradients.flat.norm().item<double>() / gradients.scale;
  });
  const auto record = training.run(0);
  EXPECT_THAT(names, testing::ElementsAre("first.weight", "norm.weight", "norm.bias", "last.weight",
                                          "last.bias"));
  EXPECT_NEAR(norm, record.grad_norm, 1e-5 * norm);
}

TEST(TrainingStep, ReadsWhatAHookWantsBeforeAnyWeightChanges) {
  NetTraining training(options_of(Policy::kFp16Master, ScalerType::kStatic));
  const auto before = training.weight(0).clone();
  std::vector<double> first, second;
  bool is_before = false;
  training.step.set_gradient_hook([&](const StepGradients& gradients) {
    ASSERT_NE(gradients.later, nullptr);
    gradients.later->push_back({torch::tensor({1.5, -2.0}), [&](const auto& values) {
                                  first = values;
                                  is_before = torch::equal(training.weight(0), before);
                                }});
    gradients.later->push_back(
        {gradients.flat.norm().view({1}), [&](const auto& values) { second = values; }});
  });
  const auto record = training.run(0);
  EXPECT_THAT(first, testing::ElementsAre(1.5, -2.0));
  ASSERT_EQ(second.size(), 1U);
  EXPECT_NEAR(second[0] / record.scale, record.grad_norm, 1e-5 * record.grad_norm);
  EXPECT_TRUE(is_before);
  EXPECT_FALSE(torch::equal(training.weight(0), before));
}

TEST(TrainingStep, ItsMomentumIsThereFromTheFirstStepOn) {
  NetTraining training(options_of(Policy::kFp16Master, ScalerType::kStatic));
  EXPECT_FALSE(training.step.momentum().defined());
  training.run(0);
  const auto first = training.step.state().momentum[0].second;
  EXPECT_EQ(training.step.momentum().scalar_type(), torch::kFloat);
  EXPECT_TRUE(torch::equal(training.step.momentum().narrow(0, 0, first.numel()), first.view(-1)));
}

TEST(TrainingStep, MmcvSeesAnOverflowingSumOfFiniteGradients) {
  NetTraining training(options_of(Policy::kFp16Master, ScalerType::kMmcvDynamic));
  training.step.set_gradient_hook([](const StepGradients& g) { g.named[0].second.fill_(3e37F); });
  EXPECT_TRUE(training.run(0).overflow);
}

}  // namespace
}  // namespace harness
