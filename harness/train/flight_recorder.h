#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "harness/base/json.h"
#include "harness/precision/policy.h"
#include "harness/precision/training_step.h"
#include "models/encoder_decoder.h"

namespace harness {

/// Keeps the largest magnitude of every gradient over the last steps, and writes down what broke
/// when the first value that is not finite appears.
///
/// Per step: one pass over the gradients. Activations are looked at only once, in the step that
/// broke, by running its batch through the network a second time.
class FlightRecorder {
 public:
  static constexpr std::size_t kSteps = 16;

  /// Kept by reference. Layers are named as in the state dict.
  explicit FlightRecorder(models::EncoderDecoder& model, Policy policy = Policy::kFp32)
      : model_(model), policy_(policy) {}

  /// Before the forward pass of a step.
  void see_batch(const torch::Tensor& images) { images_ = images; }

  /// Between backward and everything else, with the weights that made these gradients. Notes the
  /// first gradients that are not finite.
  void see_gradients(const StepGradients& gradients, std::int64_t step);

  /// {"step", "gradients": {"first": name, "count", "names"}, "activations": {"first_layer",
  /// "max_abs": {layer: value}}, "steps": [{"step", "scale", "gradients": {name: value}}]}, once
  /// something broke. Magnitudes that are not finite are null.
  const std::optional<Json>& report() const noexcept { return report_; }

 private:
  /// Largest magnitudes of one step, in the order of names_.
  struct Step {
    std::int64_t step = 0;
    double scale = 1.0;
    std::vector<double> largest;
  };
  void write_report();
  Json to_json(const Step& step) const;
  Json look_at_activations();

  models::EncoderDecoder& model_;
  Policy policy_;
  torch::Tensor images_;
  std::vector<std::string> names_;
  std::deque<Step> steps_;
  std::optional<Json> report_;
};

}  // namespace harness
