// One training iteration in each arithmetic against a plain LibTorch loop, side by side in one run.
//
// Plain: FP32, default layout, torch::optim::SGD tensor by tensor, as the source does it. Ours:
// TrainingStep, channels last. The mini zoo's four models, a batch of four 64x128 crops; loading is
// not in it. Prints iterations/s and ratios; exits with 1 where FP16 takes more than 1.5 times as
// long as FP32.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "harness/precision/half_convolution.h"
#include "harness/precision/training_step.h"
#include "harness/worker/minizoo_rows.h"
#include "models/losses.h"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 5, kSteps = 3;
constexpr double kSlowestHalf = 1.5;

struct Contestant {
  std::string name;
  std::function<void()> step;
  std::vector<double> seconds;  // Of one step, by round.
};

struct Batch {
  torch::Tensor images = torch::randn({4, 3, 64, 128});
  torch::Tensor labels = torch::randint(19, {4, 1, 64, 128}, torch::kLong);
};

Contestant plain_loop(const ModelSpec& spec, const Batch& batch) {
  models::EncoderDecoder model(to_options(spec));
  auto sgd = std::make_shared<torch::optim::SGD>(
      model->parameters(), torch::optim::SGDOptions(0.01).momentum(0.9).weight_decay(5e-4));
  const auto step = [=]() mutable {
    sgd->zero_grad();
    const auto losses = models::segmentation_losses(model, batch.images, batch.labels);
    (losses[0].second + losses[2].second).backward();
    sgd->step();
  };
  return {"plain loop", step, {}};
}

Contestant ours(const ModelSpec& spec, const Batch& batch, Policy policy) {
  models::EncoderDecoder model(to_options(spec));
  TrainingOptions options;
  options.policy = policy;
  options.scaler = default_scaler(policy);
  options.channels_last = true;
  const auto forward = [model](const auto& images, const auto& labels) mutable {
    return models::segmentation_losses(model, images, labels);
  };
  const auto training = std::make_shared<TrainingStep>(model.ptr(), forward, options);
  return {
      std::string(to_string(policy)), [=] { training->run(batch.images, batch.labels, 0.01); }, {}};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.at(values.size() / 2);
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
  const Batch batch;
  const auto spec = row.spec();
  std::vector<Contestant> all{plain_loop(spec, batch)};
  for (const auto policy :
       {Policy::kFp32, Policy::kFp16Master, Policy::kFp16Amp, Policy::kBf16Amp}) {
    all.push_back(ours(spec, batch, policy));
  }
  for (int round = 0; round <= kRounds; ++round) {
    for (auto& contestant : all) {
      const auto begin = Clock::now();
      for (int i = 0; i < kSteps; ++i) contestant.step();
      const double seconds = std::chrono::duration<double>(Clock::now() - begin).count() / kSteps;
      if (round > 0) contestant.seconds.push_back(seconds);  // The first is a warm-up.
    }
  }
  bool fast = true;
  for (const auto& contestant : all) {
    const double by_fp32 = ratio(contestant, all[1]);
    std::printf("%-20s %-12s %6.2f it/s, time by fp32's %.2f\n", row.golden.c_str(),
                contestant.name.c_str(), 1.0 / median(contestant.seconds), by_fp32);
    std::fflush(stdout);
    if (contestant.name == "fp16-master" && by_fp32 > kSlowestHalf) fast = false;
  }
  return fast;
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
