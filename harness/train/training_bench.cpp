// Compares one training iteration in each arithmetic with a plain LibTorch loop, side by side.
//
// Plain: FP32, default layout, torch::optim::SGD tensor by tensor, images loaded in line, as the
// source does it. Ours: TrainingStep, channels last, TrainingLoader ahead in threads. The mini
// zoo's four models on its scenes, a batch of four 64x128 crops; "in memory" leaves loading out.
// Prints iterations/s and ratios; exits with 1 where ours, loading included, is not 1.2 times as
// fast as the plain loop, and where FP16 takes more than 1.5 times as long as FP32.

#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <torch/optim/sgd.h>

#include "harness/base/statistics/median.h"
#include "harness/data/training_loader.h"
#include "harness/precision/half_convolution.h"
#include "harness/precision/training_step.h"
#include "harness/testing/minizoo_rows.h"
#include "models/losses.h"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 5, kSteps = 4;
constexpr double kSlowestHalf = 1.5, kSlowestPlain = 1.2;

struct Contestant {
  std::string name;
  std::function<void()> step;
  std::vector<double> seconds;  // Time of one step, by round.
};

struct Batch {
  torch::Tensor images;
  torch::Tensor labels;
};

/// Gives a batch each time it is asked for one.
using Feed = std::function<Batch()>;

Feed in_memory() {
  const Batch batch{torch::randn({4, 3, 64, 128}), torch::randint(19, {4, 64, 128}, torch::kLong)};
  return [batch] { return batch; };
}

Feed loading(bool ahead) {
  TrainingLoaderOptions options;
  options.pipeline.scale = {128, 256};
  options.pipeline.crop = {64, 128};
  options.batch = 4;
  if (!ahead) options.threads = options.cache_bytes = 0;
  const auto loader = std::make_shared<TrainingLoader>(
      find_cityscapes("fixtures/minizoo/data/scenes", "train"), options);
  return [loader]() -> Batch {
    auto batch = loader->next().value();
    return {torch::from_blob(batch.images.data(), {4, 3, 64, 128}).clone(),
            torch::from_blob(batch.classes.data(), {4, 64, 128}, torch::kByte).to(torch::kLong)};
  };
}

Contestant plain_loop(const ModelSpec& spec, const Feed& feed, const std::string& name) {
  models::EncoderDecoder model(to_options(spec));
  auto sgd = std::make_shared<torch::optim::SGD>(
      model->parameters(), torch::optim::SGDOptions(0.01).momentum(0.9).weight_decay(5e-4));
  const auto step = [=]() mutable {
    const Batch batch = feed();
    sgd->zero_grad();
    const auto losses = models::segmentation_losses(model, batch.images, batch.labels);
    (losses[0].second + losses[2].second).backward();
    sgd->step();
  };
  return {name, step, {}};
}

Contestant ours(const ModelSpec& spec, const Feed& feed, Policy policy, const std::string& name) {
  models::EncoderDecoder model(to_options(spec));
  TrainingOptions options;
  options.policy = policy;
  options.scaler = default_scaler(policy);
  options.channels_last = true;
  const auto forward = [model](const auto& images, const auto& labels) mutable {
    return models::segmentation_losses(model, images, labels);
  };
  const auto training = std::make_shared<TrainingStep>(model.ptr(), forward, options);
  const auto step = [=] {
    const Batch batch = feed();
    training->run(batch.images, batch.labels, 0.01);
  };
  return {name, step, {}};
}

/// Seconds of `left` by seconds of `right`, the median over the rounds.
double ratio(const Contestant& left, const Contestant& right) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < left.seconds.size(); ++i) {
    ratios.push_back(left.seconds[i] / right.seconds[i]);
  }
  return median(ratios);
}

bool compare(const MinizooRow& row) {
  const auto spec = row.spec();
  const Feed memory = in_memory();
  std::vector<Contestant> all{
      plain_loop(spec, loading(/*ahead=*/false), "plain loop, loading"),
      ours(spec, loading(/*ahead=*/true), Policy::kFp32, "fp32, loading"),
      ours(spec, loading(/*ahead=*/true), Policy::kFp16Master, "fp16-master, loading"),
      plain_loop(spec, memory, "plain loop, in memory")};
  for (const auto policy :
       {Policy::kFp32, Policy::kFp16Master, Policy::kFp16Amp, Policy::kBf16Amp}) {
    all.push_back(ours(spec, memory, policy, fmt::format("{}, in memory", to_string(policy))));
  }
  for (int round = 0; round <= kRounds; ++round) {
    for (auto& contestant : all) {
      const auto begin = Clock::now();
      for (int i = 0; i < kSteps; ++i) contestant.step();
      const double seconds = std::chrono::duration<double>(Clock::now() - begin).count() / kSteps;
      if (round > 0) contestant.seconds.push_back(seconds);  // The first is a warm-up.
    }
  }
  for (const auto& contestant : all) {
    std::printf("%-20s %-24s %6.2f it/s, time by fp32's with loading %.2f\n", row.golden.c_str(),
                contestant.name.c_str(), 1.0 / median(contestant.seconds),
                ratio(contestant, all[1]));
    std::fflush(stdout);
  }
  return ratio(all[0], all[1]) >= kSlowestPlain && ratio(all[2], all[1]) <= kSlowestHalf;
}

int run() {
  register_half_convolution();
  bool fast = true;
  for (const auto& row : minizoo_rows()) {
    if (row.golden.ends_with("_fp32")) fast = compare(row) && fast;
  }
  return fast ? 0 : 1;
}

}  // namespace
}  // namespace harness

int main() {
  return harness::run();
}
