#include "harness/precision/training_step.h"

#include <cmath>
#include <limits>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/precision/half_convolution.h"

namespace harness {
namespace {

namespace nn = torch::nn;
constexpr auto kInfinity = std::numeric_limits<float>::infinity();

/// Convolution, batch norm, convolution; its values are no halves.
struct Net : nn::Module {
  Net() {
    torch::manual_seed(11);
    first = register_module("first", nn::Conv2d(nn::Conv2dOptions(3, 8, 3).bias(false)));
    norm = register_module("norm", nn::BatchNorm2d(8));
    last = register_module("last", nn::Conv2d(nn::Conv2dOptions(8, 4, 1)));
    const torch::NoGradGuard no_grad;
    norm->weight.uniform_(0.5, 1.5);
    norm->running_mean.normal_();
  }
  torch::Tensor forward(const torch::Tensor& x) { return last(norm(first(x)).relu()); }
  nn::Conv2d first{nullptr}, last{nullptr};
  nn::BatchNorm2d norm{nullptr};
};

torch::Tensor batch(int step) {
  torch::manual_seed(100 + step);
  return torch::randn({2, 3, 6, 6});
}

NamedTensors losses(Net& net, const torch::Tensor& images) {
  const auto out = net.forward(images);
  const auto wide = out.scalar_type() == torch::kDouble ? out : out.to(torch::kFloat);
  return {{"loss_a", wide.square().mean()},
          {"acc", wide.detach().max().view({1})},
          {"loss_b", wide.mean()}};
}

TrainingOptions options_of(Policy policy, ScalerType type) {
  TrainingOptions options;
  options.policy = policy;
  options.scaler = ScalerOptions::defaults(type);
  options.scaler.init_scale = type == ScalerType::kNone ? 1.0 : 512.0;
  return options;
}

struct Training {
  explicit Training(const TrainingOptions& options)
      : step(
            net, [this](const auto& x, const auto&) { return losses(*net, x); }, options) {
    register_half_convolution();
  }
  StepRecord run(int index, double lr = 0.1) { return step.run(batch(index), {}, lr); }
  /// Puts an infinity into the first gradient of every step from now on.
  void poison(bool on) {
    if (!on) return step.set_gradient_hook({});
    step.set_gradient_hook(
        [](const StepGradients& g) { g.named[0].second.view(-1)[0] = kInfinity; });
  }
  torch::Tensor weight(std::size_t i = 0) const {
    return step.optimized().at(i).second.detach().clone();
  }

  std::shared_ptr<Net> net = std::make_shared<Net>();
  TrainingStep step;
};

/// As one resumes: a new model gets the old one's tensors, then the state.
void copy_model(Net& from, Net& to) {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < from.parameters().size(); ++i) {
    to.parameters()[i].copy_(from.parameters()[i]);
  }
  for (std::size_t i = 0; i < from.buffers().size(); ++i) to.buffers()[i].copy_(from.buffers()[i]);
}

TEST(TrainingStep, InFp32IsAPlainLoopBitForBit) {
  Training ours(options_of(Policy::kFp32, ScalerType::kNone));
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
    Training training(options);
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
    Training training(options_of(policy, type));
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
  Training guarded(options);
  options.quirks.no_overflow_check = true;
  Training unguarded(options);
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

TEST(TrainingStep, ResumedGoesOnBitForBit) {
  for (const auto& [policy, type] :
       {std::pair{Policy::kFp32, ScalerType::kNone}, std::pair{Policy::kFp64, ScalerType::kNone},
        std::pair{Policy::kFp16Master, ScalerType::kMmcvDynamic},
        std::pair{Policy::kFp16Amp, ScalerType::kGradScaler}}) {
    SCOPED_TRACE(to_string(policy));
    Training whole(options_of(policy, type)), resumed(options_of(policy, type));
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
  Training first(options), second(options);
  for (int i = 0; i < 3; ++i) first.run(i);
  copy_model(*first.net, *second.net);
  second.step.restore(first.step.state());
  second.run(3);
  return second.weight();
}

TEST(TrainingStep, ResumedAsTheSourceDidLosesMastersOrMomentum) {
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

TEST(TrainingStep, WrappingKeepsBatchNormUnlessAskedToRoundIt) {
  auto options = options_of(Policy::kFp16Master, ScalerType::kStatic);
  const Training kept(options);
  options.quirks.wrap_rounds_norm = true;
  const Training rounded(options);
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
  Training with(options);
  options.keep_masters = false;
  Training without(options);
  const auto before = without.net->first->weight.detach().clone();
  for (auto* training : {&with, &without}) {
    for (int i = 0; i < 3; ++i) training->run(0, 1e-7);
  }
  EXPECT_TRUE(torch::equal(without.weight(), before.to(torch::kFloat)));
  EXPECT_FALSE(torch::equal(with.weight(), Net().first->weight.detach()));
}

TEST(TrainingStep, ClipsTheUnscaledGradients) {
  auto options = options_of(Policy::kFp16Amp, ScalerType::kGradScaler);
  options.sgd = {.momentum = 0.0, .weight_decay = 0.0};
  options.max_grad_norm = 1e-3;
  Training training(options);
  const auto before = training.weight(), last = training.weight(4);
  const auto record = training.run(0, 1.0);
  EXPECT_GT(record.grad_norm, 1e-2);
  double moved = 0.0;
  const Net fresh;
  for (std::size_t p = 0; p < 5; ++p) {
    moved += (training.weight(p) - fresh.parameters()[p].detach()).square().sum().item<double>();
  }
  EXPECT_NEAR(std::sqrt(moved), 1e-3, 1e-5);
}

TEST(TrainingStep, ShowsItsScaledGradientsToTheHook) {
  Training training(options_of(Policy::kFp16Master, ScalerType::kStatic));
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

TEST(TrainingStep, MmcvSeesAnOverflowingSumOfFiniteGradients) {
  Training training(options_of(Policy::kFp16Master, ScalerType::kMmcvDynamic));
  training.step.set_gradient_hook([](const StepGradients& g) { g.named[0].second.fill_(3e37F); });
  EXPECT_TRUE(training.run(0).overflow);
}

TEST(TrainingStep, NamesWhatDoesNotFitWhenItRestores) {
  Training training(options_of(Policy::kFp16Master, ScalerType::kStatic));
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
