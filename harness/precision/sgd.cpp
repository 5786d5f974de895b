#include "harness/precision/sgd.h"

namespace harness {

// The operations are those of torch/optim/sgd.py in their order: over one tensor or over many side
// by side, each element goes through the same roundings.
void Sgd::step(torch::Tensor& weights, torch::Tensor& gradients, double lr) {
  const torch::NoGradGuard no_grad;
  if (options_.weight_decay != 0.0) gradients.add_(weights, options_.weight_decay);
  if (options_.momentum == 0.0) {
    weights.add_(gradients, -lr);
    return;
  }
  if (momentum_.defined()) {
    momentum_.mul_(options_.momentum).add_(gradients);
  } else {
    momentum_ = gradients.clone();
  }
  weights.add_(momentum_, -lr);
}

}  // namespace harness
