#pragma once

#include <limits>
#include <memory>

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/utils.h>

#include "harness/precision/half_convolution.h"
#include "harness/precision/training_step.h"

namespace harness {

inline constexpr auto kInfinity = std::numeric_limits<float>::infinity();

/// Convolution, batch norm, convolution; its values are no halves.
struct Net : torch::nn::Module {
  Net() {
    torch::manual_seed(11);
    first =
        register_module("first", torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 8, 3).bias(false)));
    norm = register_module("norm", torch::nn::BatchNorm2d(8));
    last = register_module("last", torch::nn::Conv2d(torch::nn::Conv2dOptions(8, 4, 1)));
    const torch::NoGradGuard no_grad;
    norm->weight.uniform_(0.5, 1.5);
    norm->running_mean.normal_();
  }
  torch::Tensor forward(const torch::Tensor& x) { return last(norm(first(x)).relu()); }
  torch::nn::Conv2d first{nullptr}, last{nullptr};
  torch::nn::BatchNorm2d norm{nullptr};
};

inline torch::Tensor batch(int step) {
  torch::manual_seed(100 + step);
  return torch::randn({2, 3, 6, 6});
}

inline NamedTensors losses(Net& net, const torch::Tensor& images) {
  const auto out = net.forward(images);
  const auto wide = out.scalar_type() == torch::kDouble ? out : out.to(torch::kFloat);
  return {{"loss_a", wide.square().mean()},
          {"acc", wide.detach().max().view({1})},
          {"loss_b", wide.mean()}};
}

inline TrainingOptions options_of(Policy policy, ScalerType type) {
  TrainingOptions options;
  options.policy = policy;
  options.scaler = ScalerOptions::defaults(type);
  options.scaler.init_scale = type == ScalerType::kNone ? 1.0 : 512.0;
  return options;
}

struct NetTraining {
  explicit NetTraining(const TrainingOptions& options)
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

}  // namespace harness
