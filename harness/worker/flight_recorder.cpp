#include "harness/worker/flight_recorder.h"

#include <cmath>
#include <limits>
#include <vector>

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

}  // namespace

void FlightRecorder::see_gradients(const StepGradients& gradients, std::int64_t step) {
  if (report_) return;
  std::vector<torch::Tensor> tensors;
  for (const auto& [name, tensor] : gradients.named) tensors.push_back(tensor.detach());
  const double infinity = std::numeric_limits<double>::infinity();
  const torch::Tensor largest =
      torch::stack(at::_foreach_norm(tensors, infinity)).to(torch::kCPU, torch::kDouble);
  const auto values = largest.accessor<double, 1>();
  Json record = {{"step", step}, {"scale", gradients.scale}, {"gradients", Json::object()}};
  bool is_finite = true;
  for (std::int64_t i = 0; i < largest.size(0); ++i) {
    const auto& name = gradients.named[static_cast<std::size_t>(i)].first;
    record["gradients"][name] = number_or_null(values[i]);
    is_finite = is_finite && std::isfinite(values[i]);
  }
  steps_.push_back(std::move(record));
  if (steps_.size() > kSteps) steps_.pop_front();
  if (!is_finite) write_report(step);
}

void FlightRecorder::write_report(std::int64_t step) {
  Json names = Json::array();
  std::int64_t count = 0;
  for (const auto& [name, value] : steps_.back().at("gradients").items()) {
    if (!value.is_null()) continue;
    if (names.size() < kNames) names.push_back(name);
    ++count;
  }
  // Backward runs from the loss to the image: the last parameter in order broke first.
  Json last = nullptr;
  for (const auto& [name, value] : steps_.back().at("gradients").items()) {
    if (value.is_null()) last = name;
  }
  report_ = Json{{"step", step},
                 {"gradients", {{"first", last}, {"count", count}, {"names", names}}},
                 {"activations", look_at_activations()},
                 {"steps", Json(std::vector<Json>(steps_.begin(), steps_.end()))}};
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
