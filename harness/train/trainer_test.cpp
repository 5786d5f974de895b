#include "harness/train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/nn/functional/loss.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>

#include "harness/testing/scenes.h"
#include "harness/train/weight_digest.h"

namespace harness {
namespace {

using testing::ElementsAre;

/// A convolution, batch norm and dropout: small, and all that a stop could lose is in it.
struct TinyNetworkImpl : torch::nn::Module {
  TinyNetworkImpl() {
    torch::manual_seed(3);
    conv =
        register_module("conv", torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 19, 3).padding(1)));
    norm = register_module("norm", torch::nn::BatchNorm2d(19));
    dropout = register_module("dropout", torch::nn::Dropout2d(0.3));
  }
  NamedTensors losses(const torch::Tensor& images, const torch::Tensor& labels) {
    const auto values = norm(conv(images));
    kept.push_back(dropout(torch::ones_like(values)));
    const auto logits = values * kept.back();
    namespace F = torch::nn::functional;
    const auto loss = F::cross_entropy(
        logits, labels, F::CrossEntropyFuncOptions().ignore_index(255).reduction(torch::kMean));
    return {{"decode.loss_seg", loss}};
  }
  torch::nn::Conv2d conv{nullptr};
  torch::nn::BatchNorm2d norm{nullptr};
  torch::nn::Dropout2d dropout{nullptr};
  std::vector<torch::Tensor> kept;  ///< What dropout kept in each pass, others are 0.
};
TORCH_MODULE(TinyNetwork);

/// One training of the tiny network, whole or in parts.
struct Training {
  explicit Training(const SamplerPosition& start = {}, std::size_t threads = 2)
      : step(
            network.ptr(),
            [this](const torch::Tensor& images, const torch::Tensor& labels) {
              return network->losses(images, labels);
            },
            TrainingOptions{}),
        loader(find_cityscapes(kMiniScenes, "train"),
               {.pipeline = {.scale = {128, 256}, .crop = {64, 128}},
                .batch = 4,
                .seed = 5,
                .threads = threads},
               start) {
    options.iterations = 12;
    options.schedule = {.base_lr = 0.05, .iterations = 12};
    options.seed = 5;
  }
  TrainerEnd run() { return Trainer(*network, step, loader, options, hooks).run(); }
  std::string digest() const { return combined_digest(weight_digests(*network)); }

  TinyNetwork network;
  TrainingStep step;
  TrainingLoader loader;
  TrainerOptions options;
  TrainerHooks hooks;
};

TEST(Trainer, CallsItsHooksInOrderAtTheirIntervals) {
  Training training;
  training.options.log_interval = 5;
  training.options.evaluation_interval = 8;
  training.options.save_interval = 8;
  std::vector<std::string> calls;
  std::vector<double> rates;
  training.hooks.step = [&](const Iteration& iteration) { rates.push_back(iteration.lr); };
  training.hooks.log = [&](const auto& position, const LogAverages::Values& means) {
    calls.push_back("log " + std::to_string(position.iteration));
    EXPECT_EQ(means.front().first, "data_time");
    EXPECT_EQ(means.back().first, "time");
  };
  training.hooks.evaluate = [&](const auto& position) {
    EXPECT_FALSE(training.network->is_training());
    calls.push_back("evaluate " + std::to_string(position.iteration));
  };
  training.hooks.save = [&] { calls.push_back("save"); };
  EXPECT_EQ(training.run(), TrainerEnd::kFinished);
  EXPECT_THAT(calls, ElementsAre("log 5", "evaluate 8", "save", "log 10", "evaluate 12", "save"));
  ASSERT_EQ(rates.size(), 12u);
  EXPECT_DOUBLE_EQ(rates[0], 0.05);
  EXPECT_DOUBLE_EQ(rates[6], training.options.schedule.at(6));
}

TEST(Trainer, GivesTheSameBitsForAnyNumberOfLoaderThreads) {
  Training one({}, 0);
  Training two({}, 3);
  std::vector<double> losses_one;
  std::vector<double> losses_two;
  one.hooks.step = [&](const Iteration& iteration) { losses_one.push_back(iteration.step.loss); };
  two.hooks.step = [&](const Iteration& iteration) { losses_two.push_back(iteration.step.loss); };
  one.run();
  two.run();
  EXPECT_EQ(losses_one, losses_two);
  EXPECT_EQ(one.digest(), two.digest());
  Training other;
  other.options.seed = 6;  // Dropout alone.
  other.run();
  EXPECT_NE(other.digest(), one.digest());
}

TEST(Trainer, DrawsDropoutAnewInEachStep) {
  Training training;
  training.options.iterations = 3;
  training.run();
  const auto& kept = training.network->kept;
  ASSERT_EQ(kept.size(), 3u);
  EXPECT_FALSE(torch::equal(kept[0], kept[1]));
  EXPECT_FALSE(torch::equal(kept[0], kept[2]));
  EXPECT_FALSE(torch::equal(kept[1], kept[2]));
}

TEST(Trainer, GoesOnFromAStopAsIfThereHadBeenNone) {
  Training whole;
  whole.run();
  Training first;
  first.hooks.stop = [&] { return first.step.steps() == 7; };
  EXPECT_EQ(first.run(), TrainerEnd::kStopped);
  EXPECT_NE(first.digest(), whole.digest());
  Training second(first.loader.position());
  const torch::NoGradGuard no_gradients;
  for (const auto& item : first.network->named_parameters()) {
    second.network->named_parameters()[item.key()].copy_(item.value());
  }
  for (const auto& item : first.network->named_buffers()) {
    second.network->named_buffers()[item.key()].copy_(item.value());
  }
  second.step.restore(first.step.state());
  {
    const torch::AutoGradMode gradients(true);
    EXPECT_EQ(second.run(), TrainerEnd::kFinished);
  }
  EXPECT_EQ(second.digest(), whole.digest());
}

TEST(Trainer, DigestsNameEveryTensorWhenTheyAreAskedFor) {
  Training training;
  training.options.iterations = 1;
  training.options.digests = true;
  std::vector<std::pair<std::string, std::string>> digests;
  training.hooks.step = [&](const Iteration& iteration) { digests = iteration.digests; };
  training.run();
  // Four parameters twice (what the optimizer updates, what the module holds), three buffers.
  EXPECT_EQ(digests.size(), 4u + 4u + 3u);
  EXPECT_EQ(digests.front().first, "optimized.conv.weight");
}

}  // namespace
}  // namespace harness
