#pragma once

#include <torch/types.h>

namespace harness {

/// Defaults: mmseg 0.17.0, configs/_base_/schedules/*.py; dampening is 0 and nesterov is off.
struct SgdOptions {
  double momentum = 0.9;
  double weight_decay = 5e-4;  ///< Applied to every parameter, norms and biases included.
};

/// torch.optim.SGD over one flat buffer: bit for bit what it computes tensor by tensor, with as
/// many kernel calls as a single tensor needs.
class Sgd {
 public:
  explicit Sgd(const SgdOptions& options) : options_(options) {}

  /// g += weight_decay * w; m = momentum * m + g (at first m = g); w -= lr * m.
  /// weights, gradients: {n}, of the same dtype and device. gradients is overwritten.
  void step(torch::Tensor& weights, torch::Tensor& gradients, double lr);

  /// {n}, or undefined before the first step and without momentum.
  const torch::Tensor& momentum_buffer() const noexcept { return momentum_; }
  void set_momentum_buffer(torch::Tensor buffer) { momentum_ = std::move(buffer); }

  const SgdOptions& options() const noexcept { return options_; }

 private:
  SgdOptions options_;
  torch::Tensor momentum_;
};

}  // namespace harness
