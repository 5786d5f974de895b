#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <torch/types.h>

#include "harness/precision/training_step.h"
#include "models/activation_observer.h"
#include "models/encoder_decoder.h"

namespace harness {

/// Rounds `values` (double, any shape and device) to the nearest number of `digits` significant
/// binary digits, with double's exponents: nothing becomes subnormal, 0 or infinite. Veltkamp's
/// splitting (T. J. Dekker, A floating-point technique for extending the available precision,
/// Numerische Mathematik 18, 1971, section 5). digits: 1 to 52; 53 leaves the values as they are.
torch::Tensor rounded(const torch::Tensor& values, int digits);

/// Trains in FP64 and rounds only what an arithmetic of fewer digits would have stored: images, the
/// working copy of the convolutions' weights, the result of every layer and its
/// gradient, the gradients of the convolutions' weights to `digits`; after every step the
/// optimizer's weights and batch norm's statistics to those of float, in which every policy keeps
/// them.
///
/// What such a training loses is the cost of precision alone. A real training that loses more loses
/// it elsewhere: by range (no or a wrong loss scale), by sums in too few digits, by updates that
/// are not the recipe's.
class RoundedTraining {
 public:
  /// model: as TrainingStep takes it. forward: the model's losses. digits: 53 rounds nothing at
  /// all and is a plain FP64 training.
  RoundedTraining(models::EncoderDecoder model, ForwardLosses forward, const SgdOptions& sgd,
                  int digits);
  ~RoundedTraining();

  TrainingStep& step() noexcept { return *step_; }

  /// Like TrainingStep::run. hook: sees the gradients after rounding.
  StepRecord run(const torch::Tensor& images, const torch::Tensor& labels, double lr,
                 const GradientHook& hook);

 private:
  class Observer;
  bool rounds() const noexcept;
  NamedTensors round_weights();
  void round_storage();

  models::EncoderDecoder model_;
  ForwardLosses forward_;
  int digits_;
  std::unique_ptr<TrainingStep> step_;
  NamedTensors weights_;  ///< The convolutions', unrounded, while a step runs.
};

}  // namespace harness
