#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "harness/base/json.h"
#include "harness/precision/policy.h"
#include "harness/precision/training_step.h"
#include "models/encoder_decoder.h"

namespace harness {

/// Keeps the largest magnitude of every gradient over the last steps, and records what broke when
/// the first value that is not finite appears.
///
/// There are two such events, and the first of each is kept. An *overflow* is by design: a scaler
/// detects it and skips the step; a dynamic scale begins with some. A *failure* is not handled by
/// anything: gradients that are not finite and are applied, a loss that is not finite in a step
/// that is not skipped, weights that are not finite.
///
/// Cost per step: one pass over the gradients. Weights and activations are examined only in a step
/// that broke, by running its batch through the network a second time.
class FlightRecorder {
 public:
  static constexpr std::size_t kSteps = 16;

  /// Kept by reference. Layers are named as in the state dict. skips_overflows: the training's
  /// scaler skips every step in which a gradient is not finite.
  explicit FlightRecorder(models::EncoderDecoder& model, Policy policy, bool skips_overflows)
      : model_(model), policy_(policy), skips_overflows_(skips_overflows) {}

  /// Must be called before the forward pass of a step.
  void see_batch(const torch::Tensor& images) { images_ = images; }

  /// Must be called right after backward, with the weights that gave these gradients. Records the
  /// first gradients that are not finite. Their magnitudes are read with the step's losses where
  /// gradients.later is set, else at once.
  void see_gradients(const StepGradients& gradients, std::int64_t step);

  /// Must be called after the step. Records a loss that is not finite although its gradients are;
  /// weights and activations are then those after the step.
  void see_step(const StepRecord& record);

  /// {"step", "gradients": {"first": name or null, "count", "names"}, "weights": {the same},
  /// "activations": {"first_layer", "max_abs": {layer: value}}, "steps": [{"step", "scale",
  /// "gradients": {name: value}}]}, once something broke. Magnitudes that are not finite are null.
  const std::optional<Json>& failure() const noexcept { return failure_; }
  /// The same for the first step that was skipped by design.
  const std::optional<Json>& overflow() const noexcept { return overflow_; }

 private:
  /// Largest magnitudes of one step, in the order of names_.
  struct Step {
    std::int64_t step = 0;
    double scale = 1.0;
    std::vector<double> largest;
  };
  void see(Step step);
  Json report();
  Json to_json(const Step& step) const;
  Json look_at_activations();
  std::vector<std::string> broken_weights() const;

  models::EncoderDecoder& model_;
  Policy policy_;
  bool skips_overflows_;
  torch::Tensor images_;
  std::vector<std::string> names_;
  std::deque<Step> steps_;
  std::optional<Json> failure_;
  std::optional<Json> overflow_;
};

}  // namespace harness
