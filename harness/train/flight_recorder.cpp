#include "harness/train/flight_recorder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "harness/precision/range_census.h"
#include "models/activation_observer.h"

namespace harness {
namespace {

constexpr std::size_t kNames = 8;

/// Largest magnitude of each layer's result, and the first layer whose result is not finite.
class MagnitudeObserver : public models::ActivationObserver {
 public:
  void observe(std::string_view layer, const torch::Tensor& activation) override {
    const double value = activation.detach().abs().max().to(torch::kDouble).item<double>();
    layers[layer] = number_or_null(value);
    if (!std::isfinite(value) && first.is_null()) first = layer;
  }
  Json layers = Json::object();
  Json first;
};

/// The largest magnitude of each tensor, {n} double; NaN or infinite where an element is not
/// finite.
torch::Tensor magnitudes_of(const std::vector<torch::Tensor>& tensors) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return torch::stack(at::_foreach_norm(tensors, kInfinity)).to(torch::kDouble);
}

/// The same on the host, at once.
std::vector<double> largest_magnitudes(const std::vector<torch::Tensor>& tensors) {
  if (tensors.front().is_cpu()) {
    // LibTorch's norms take several times as long for hundreds of small tensors.
    std::vector<double> largest;
    for (const auto& tensor : tensors) {
      const RangeCensus census = census_of(tensor);
      largest.push_back(census.non_finite > 0 ? std::numeric_limits<double>::infinity()
                                              : census.max_abs);
    }
    return largest;
  }
  // One transfer: on a GPU each would wait for all that was queued.
  const torch::Tensor norms = magnitudes_of(tensors).cpu();
  const auto* first = norms.const_data_ptr<double>();
  return {first, first + norms.numel()};
}

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](double value) { return std::isfinite(value); });
}

/// Counts all of them but names at most kNames.
Json list_of(std::vector<std::string> names, const Json& first) {
  const std::size_t count = names.size();
  names.resize(std::min(count, kNames));
  return {{"first", first}, {"count", count}, {"names", names}};
}

}  // namespace

void FlightRecorder::see_gradients(const StepGradients& gradients, std::int64_t step) {
  if (failure_) return;
  std::vector<torch::Tensor> tensors;
  for (const auto& [name, tensor] : gradients.named) {
    tensors.push_back(tensor.detach());
    if (names_.size() < gradients.named.size()) names_.push_back(name);
  }
  if (gradients.later == nullptr) {
    return see({step, gradients.scale, largest_magnitudes(tensors)});
  }
  gradients.later->push_back(
      {magnitudes_of(tensors), [this, step, scale = gradients.scale](const auto& largest) {
         see({step, scale, largest});
       }});
}

void FlightRecorder::see(Step step) {
  steps_.push_back(std::move(step));
  if (steps_.size() > kSteps) steps_.pop_front();
  if (all_finite(steps_.back().largest)) return;
  // A smaller scale repairs an overflow but no weight: skipping would go on for ever.
  if (!skips_overflows_ || !broken_weights().empty()) {
    failure_ = report();
  } else if (!overflow_) {
    overflow_ = report();
  }
}

void FlightRecorder::see_step(const StepRecord& record) {
  if (failure_ || record.skipped || std::isfinite(record.loss)) return;
  failure_ = report();
}

Json FlightRecorder::to_json(const Step& step) const {
  Json gradients = Json::object();
  for (std::size_t i = 0; i < names_.size(); ++i) {
    gradients[names_[i]] = number_or_null(step.largest[i]);
  }
  return {{"step", step.step}, {"scale", step.scale}, {"gradients", gradients}};
}

Json FlightRecorder::report() {
  const Step& broken = steps_.back();
  std::vector<std::string> gradients;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (!std::isfinite(broken.largest[i])) gradients.push_back(names_[i]);
  }
  Json steps = Json::array();
  for (const auto& step : steps_) steps.push_back(to_json(step));
  // Backward runs from the loss to the image: the last gradient in order broke first.
  const Json first = gradients.empty() ? Json() : Json(gradients.back());
  const auto weights = broken_weights();
  return {{"step", broken.step},
          {"gradients", list_of(gradients, first)},
          {"weights", list_of(weights, weights.empty() ? Json() : Json(weights.front()))},
          {"activations", look_at_activations()},
          {"steps", steps}};
}

std::vector<std::string> FlightRecorder::broken_weights() const {
  std::vector<std::string> names;
  std::vector<torch::Tensor> tensors;
  for (const auto& parameter : model_->named_parameters()) {
    names.push_back(parameter.key());
    const torch::Tensor weight = parameter.value().detach();
    // Half and float tensors cannot be measured by one call.
    tensors.push_back(weight.element_size() < 4 ? weight.to(torch::kFloat) : weight);
  }
  const auto largest = largest_magnitudes(tensors);
  std::vector<std::string> broken;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!std::isfinite(largest[i])) broken.push_back(names[i]);
  }
  return broken;
}

Json FlightRecorder::look_at_activations() {
  const torch::NoGradGuard no_gradients;
  // In evaluation mode: the statistics of batch norm must not be counted twice.
  const bool was_training = model_->is_training();
  model_->eval();
  MagnitudeObserver observer;
  {
    const AutocastScope autocast(policy_, images_.device().type());
    const models::ObservationScope scope(*model_, observer);
    const auto features = model_->forward_features(images_);
    model_->forward_decode(features);
    if (model_->has_auxiliary_head()) model_->forward_auxiliary(features);
  }
  model_->train(was_training);
  return {{"first_layer", observer.first}, {"max_abs", observer.layers}};
}

}  // namespace harness
