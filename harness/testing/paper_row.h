#pragma once

#include <memory>
#include <utility>

#include "harness/paper/experiment_row.h"
#include "models/activation_observer.h"

namespace harness {

/// For tests: a model whose gradients are what the test says.
///
/// weights_row: weights {n} and loss sum(w * g), with w in the model's dtype. The gradient of w
/// goes through half, also under autocast.
struct WeightsNet : torch::nn::Module {
  explicit WeightsNet(const torch::Tensor& values) {
    weights = register_parameter("weights", values.clone());
  }
  torch::Tensor weights;
};

inline ExperimentRow weights_row(const torch::Tensor& values, const torch::Tensor& gradients) {
  ExperimentRow row;
  row.model = [=](TrainingPhase) -> ExperimentModel {
    auto net = std::make_shared<WeightsNet>(values);
    return {net, [net = net.get(), gradients](const torch::Tensor&, const torch::Tensor&) {
              const auto wide = net->weights.to(torch::kHalf).to(torch::kFloat);
              return NamedTensors{{"loss", (wide * gradients).sum()}};
            }};
  };
  row.batches = {{torch::zeros({1, 3, 1, 1}), torch::zeros({1, 1, 1}, torch::kLong)}};
  row.sgd = {0.0, 0.0};
  row.learning_rate = [](double) { return 1.0; };
  return row;
}

/// conv_row: a 1x1 convolution of three channels with the weights 1, 0, 0, named as a head's last
/// one, and the loss sum(out * g): g is the gradient of what the convolution computes.
struct ConvNet : torch::nn::Module {
  ConvNet() {
    conv_seg = register_module("conv_seg",
                               torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 1, 1).bias(false)));
    const torch::NoGradGuard no_gradients;
    conv_seg->weight.zero_();
    conv_seg->weight.view(-1)[0] = 1.0;
  }
  torch::nn::Conv2d conv_seg{nullptr};
};

inline ExperimentRow conv_row(const torch::Tensor& images, const torch::Tensor& gradients) {
  ExperimentRow row;
  row.model = [=](TrainingPhase) -> ExperimentModel {
    auto net = std::make_shared<ConvNet>();
    return {net, [net = net.get(), gradients](const torch::Tensor& x, const torch::Tensor&) {
              const auto out = models::run_observed(*net->conv_seg, x);
              return NamedTensors{{"loss", (out.to(torch::kFloat) * gradients).sum()}};
            }};
  };
  row.batches = {{images, torch::zeros({1, 1, 1}, torch::kLong)}};
  row.sgd = {0.0, 0.0};
  row.learning_rate = [](double) { return 1.0; };
  return row;
}

}  // namespace harness
