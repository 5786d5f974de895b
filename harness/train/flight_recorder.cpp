#include "harness/train/flight_recorder.h"

#include <algorithm>
#include <cmath>
#include <limits>
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
    layers[std::string(layer)] = number_or_null(value);
    if (!std::isfinite(value) && first.is_null()) first = std::string(layer);
  }
  Json layers = Json::object();
  Json first;
};

/// Of each tensor; NaN or infinite where an element is not finite.
std::vector<double> largest_magnitudes(const std::vector<torch::Tensor>& tensors) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (tensors.front().is_cpu()) {
    // LibTorch's norms take several times as long for hundreds of small tensors.
    std::vector<double> largest;
    for (const auto& tensor : tensors) {
      const RangeCensus census = census_of(tensor);
      largest.push_back(census.non_finite > 0 ? kInfinity : census.max_abs);
    }
    return largest;
  }
  // One transfer: on a GPU each would wait for all that was queued.
  const torch::Tensor norms =
      torch::stack(at::_foreach_norm(tensors, kInfinity)).to(torch::kCPU, torch::kDouble);
  const auto* first = norms.const_data_ptr<double>();
  return {first, first + norms.numel()};
}

}  // namespace

void FlightRecorder::see_gradients(const StepGradients& gradients, std::int64_t step) {
  if (report_) return;
  std::vector<torch::Tensor> tensors;
  for (const auto& [name, tensor] : gradients.named) {
    tensors.push_back(tensor.detach());
    if (names_.size() < gradients.named.size()) names_.push_back(name);
  }
  steps_.push_back({step, gradients.scale, largest_magnitudes(tensors)});
  if (steps_.size() > kSteps) steps_.pop_front();
  const auto& last = steps_.back().largest;
  const auto is_finite = [](double value) { return std::isfinite(value); };
  if (!std::all_of(last.begin(), last.end(), is_finite)) write_report();
}

Json FlightRecorder::to_json(const Step& step) const {
  Json gradients = Json::object();
  for (std::size_t i = 0; i < names_.size(); ++i) {
    gradients[names_[i]] = number_or_null(step.largest[i]);
  }
  return {{"step", step.step}, {"scale", step.scale}, {"gradients", gradients}};
}

void FlightRecorder::write_report() {
  const Step& broken = steps_.back();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (!std::isfinite(broken.largest[i])) names.push_back(names_[i]);
  }
  // Backward runs from the loss to the image: the last parameter in order broke first.
  Json gradients = {{"first", names.back()}, {"count", names.size()}};
  names.resize(std::min(names.size(), kNames));
  gradients["names"] = names;
  Json steps = Json::array();
  for (const auto& step : steps_) steps.push_back(to_json(step));
  report_ = Json{{"step", broken.step},
                 {"gradients", gradients},
                 {"activations", look_at_activations()},
                 {"steps", steps}};
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
